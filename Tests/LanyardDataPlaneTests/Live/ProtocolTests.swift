import Foundation
import LanyardCore
import NIOCore
import TestSupport
import Testing

@testable import LanyardDataPlane

/// HTTP/1.1 on a live socket, byte by byte.
@Suite("The data listener's HTTP", .timeLimit(.minutes(TestRun.minutes(1))))
struct ProtocolTests {
    private let health = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"

    @Test("three thousand requests in one write are answered in their order")
    func pipelining() async throws {
        try await withServer { server in
            let connection = try await server.connect()
            let count = 3000
            let requests = (0..<count).map { number in
                "GET /healthz HTTP/1.1\r\nHost: a\r\nX-Request-Id: r\(number)\r\n\r\n"
            }
            try await connection.send(requests.joined())
            let answers = await connection.answers(count)
            #expect(answers.count == count)
            #expect(answers.enumerated().allSatisfy { $1.status == 200 && $1["X-Request-Id"] == "r\($0)" })
        }
    }

    @Test("requests behind one that waits for the store are answered after it, in their order")
    func pipeliningBehindParked() async throws {
        try await withServer { server in
            let secret = Secret.make()
            server.decisions.add(secret, isLoaded: false)
            server.decisions.set(load: .waits)
            let connection = try await server.connect()
            let later = (0..<2000).map { "GET /healthz HTTP/1.1\r\nHost: a\r\nX-Request-Id: r\($0)\r\n\r\n" }
            try await connection.send(requestText("GET", "/v1/authorize", key: secret) + later.joined())
            try await connection.closeOutput()
            while server.decisions.loads == 0 { try await Task.sleep(for: .milliseconds(2)) }
            #expect(connection.received.isEmpty)
            server.decisions.release()
            let answers = await connection.answers(2001)
            #expect(answers.count == 2001)
            #expect(answers.first?["Lanyard-Key-Id"] != nil)
            #expect(answers.dropFirst().enumerated().allSatisfy { $1["X-Request-Id"] == "r\($0)" })
            _ = await connection.untilClosed()
        }
    }

    @Test("a client that sends more than may wait, behind a request that waits, is cut off")
    func tooMuchWaiting() async throws {
        try await withServer(configure: { $0.connection.heldBytes = 16 * 1024 }) { server in
            let secret = Secret.make()
            server.decisions.add(secret, isLoaded: false)
            server.decisions.set(load: .waits)
            let connection = try await server.connect()
            let flood = String(repeating: health, count: 10_000)
            try await connection.send(requestText("GET", "/v1/authorize", key: secret) + flood)
            try? await connection.closeOutput()
            let text = await connection.untilClosed()
            #expect(text.isEmpty)
            server.decisions.release()
        }
    }

    @Test("a request that comes byte by byte is answered like any other")
    func partialReads() async throws {
        try await withServer { server in
            let connection = try await server.connect()
            for character in health
                + "POST /v1/verify HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"
            {
                try await connection.send(String(character))
            }
            #expect(await connection.answers(2).map(\.status) == [200, 401])
        }
    }

    @Test("a head that never ends, and a body that never comes, are answered 408 and closed")
    func slowRequests() async throws {
        try await withServer(configure: {
            $0.connection.headTimeout = .milliseconds(100)
            $0.connection.bodyTimeout = .milliseconds(100)
            $0.connection.lingerTimeout = .milliseconds(100)
        }) { server in
            for start in [
                "GET /healthz HTTP/1.1\r\nHost:", "POST /v1/verify HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n{",
            ] {
                let connection = try await server.connect()
                try await connection.send(health)
                _ = await connection.answer()
                try await connection.send(start)
                let text = await connection.untilClosed()
                let answers = RawAnswer.parse(Array(text.utf8))
                #expect(answers.map(\.status) == [200, 408])
                #expect(answers.last?["Connection"] == "close")
            }
        }
    }

    @Test("the beginning of a head behind a whole request has a head's time, not an idle connection's")
    func slowPipelinedHead() async throws {
        try await withServer(configure: { $0.connection.headTimeout = .milliseconds(200) }) { server in
            let secret = Secret.make()
            server.decisions.add(secret, isLoaded: false)
            let verify = requestText("POST", "/v1/verify", body: "{}")
            for (requests, statuses) in [
                (health, [200, 408]), (verify, [401, 408]), (health + verify, [200, 401, 408]),
                (requestText("GET", "/v1/authorize", key: secret) + verify, [200, 401, 408]),
            ] {
                for start in ["G", "GET /healthz HTTP/1.1\r\n", "GET /healthz HTTP/1.1\r\nHost: a\r\n"] {
                    let connection = try await server.connect()
                    try await connection.send(requests + start)
                    let answers = RawAnswer.parse(Array(await connection.untilClosed().utf8))
                    #expect(answers.map(\.status) == statuses, "\(requests)\(start)")
                }
            }
        }
    }

    @Test("a request that ends with its body's last byte leaves an idle connection behind it")
    func idleBehindBody() async throws {
        try await withServer(configure: { $0.connection.headTimeout = .milliseconds(100) }) { server in
            let connection = try await server.connect()
            for round in 1...3 {
                try await connection.send(requestText("POST", "/v1/verify", body: "{}"))
                #expect(await connection.answers(round).count == round)
                try await Task.sleep(for: .milliseconds(300))
            }
            #expect(await connection.answers(3).map(\.status) == [401, 401, 401])
        }
    }

    @Test("an idle connection is closed without a word")
    func idle() async throws {
        try await withServer(configure: { $0.connection.idleTimeout = .seconds(3) }) { server in
            let used = try await server.connect()
            try await used.send(health)
            let silent = try await server.connect()
            #expect(await silent.untilClosed() == "")
            #expect(RawAnswer.parse(Array(await used.untilClosed().utf8)).map(\.status) == [200])
        }
    }

    @Test("a head that is too large in bytes, fields or target is refused and closed")
    func largeHeads() async throws {
        try await withServer { server in
            let cases: [(String, Int)] = [
                ("GET /healthz HTTP/1.1\r\nHost: a\r\nX: " + String(repeating: "x", count: 40_000) + "\r\n\r\n", 431),
                ("GET /" + String(repeating: "x", count: 40_000) + " HTTP/1.1\r\nHost: a\r\n\r\n", 431),
                ("GET /" + String(repeating: "x", count: 9_000) + " HTTP/1.1\r\nHost: a\r\n\r\n", 414),
                ("GET /healthz HTTP/1.1\r\nHost: a\r\n" + (0..<100).map { "X\($0): y\r\n" }.joined() + "\r\n", 431),
                ("GET /healthz HTTP/1.1\r\nHost: a\r\n" + (0..<99).map { "X\($0): y\r\n" }.joined() + "\r\n", 200),
                ("GET /healthz HTTP/1.1\r\nHost: a\r\nX: " + String(repeating: "x", count: 30_000) + "\r\n\r\n", 200),
            ]
            for (request, status) in cases {
                let connection = try await server.connect()
                try await connection.send(request)
                let answer = await connection.answer()
                #expect(answer?.status == status, "\(request.prefix(60))")
                #expect((answer?["Connection"] == "close") == (status != 200))
                if status == 200 { try await connection.close() } else { _ = await connection.untilClosed() }
            }
        }
    }

    @Test(
        "what is no proper HTTP/1.1 is answered 400 behind the answers before it, and the connection closed",
        arguments: [
            "NONSENSE\r\n\r\n", "GET /healthz HTTP/2.0\r\nHost: a\r\n\r\n", "GET /healthz\r\n\r\n",
            "GET /healthz HTTP/1.1\r\n\r\n", "GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
            "GET /healthz HTTP/1.1\r\nHost: a b\r\n\r\n", "GET /healthz HTTP/1.1\r\nHost: a\r\nBad Name: b\r\n\r\n",
            "GET /healthz HTTP/1.1\r\nHost: a\r\nX : b\r\n\r\n", "GET /healthz HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n",
            "GET /healthz HTTP/1.1\r\nHost: a\r\nX: \u{1}\r\n\r\n", "GET healthz HTTP/1.1\r\nHost: a\r\n\r\n",
            "POST /v1/verify HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "POST /v1/verify HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
            "POST /v1/verify HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc",
            "POST /v1/verify HTTP/1.1\r\nHost: a\r\nContent-Length: 3x\r\n\r\nabc",
            "POST /v1/verify HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
            "POST /v1/verify HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
            "POST /v1/verify HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
            "GET /healthz HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\n\r\n",
            "POST /v1/verify HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n",
            "GET /healthz HTTP/1.1\nHost: a\n\n", "GET /healthz HTTP/1.1\r\nHost: a\nX: b\r\n\r\n",
            "GET /healthz HTTP/1.1\r\nHost: a\r\nX: b\rY: c\r\n\r\n",
            "POST /v1/verify HTTP/1.1\r\nHost: a\r\nContent-Length: 3, 3\r\n\r\nabc",
            "POST /v1/verify HTTP/1.1\r\nHost: a\r\nContent-Length: +3\r\n\r\nabc",
            "POST /v1/verify HTTP/1.1\r\nHost: a\r\nContent-Length : 3\r\n\r\nabc",
            "POST /v1/verify HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
            "POST /v1/verify HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
                + "Transfer-Encoding: identity\r\n\r\n0\r\n\r\n",
            "POST /v1/verify HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
            "POST /v1/verify HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "POST /v1/verify HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0x2\r\n{}\r\n0\r\n\r\n",
            "POST /v1/verify HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n-2\r\n{}\r\n0\r\n\r\n",
            "POST /v1/verify HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\n{}\n0\n\n",
            "POST /v1/verify HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}x\r\n0\r\n\r\n",
            "POST /v1/verify HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2;x\n{}\r\n0\r\n\r\n",
            "POST /v1/verify HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "fffffffffffffffff\r\n{}\r\n0\r\n\r\n",
            "POST /v1/verify HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "2\r\n{}\r\n0\r\nContent-Length: 40\r\n\r\n",
            "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", "\u{16}\u{3}\u{1}\u{0}\u{a5}\u{1}\u{0}\u{0}\r\n\r\n",
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        ])
    func malformed(request: String) async throws {
        try await withServer { server in
            let connection = try await server.connect()
            try await connection.send(health + request + health)
            let answers = RawAnswer.parse(Array(await connection.untilClosed().utf8))
            #expect(answers.map(\.status) == [200, 400])
            #expect(answers.last?["Connection"] == "close")
            #expect(answers.last?["Content-Type"] == "application/problem+json")
            #expect(answers.last?.body.contains("\"code\":\"invalid_request\"") == true)
        }
    }

    @Test("chunk extensions and trailers are read past, and hide no request")
    func chunkExtensions() async throws {
        try await withServer { server in
            let head = "POST /v1/verify HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
            let connection = try await server.connect()
            try await connection.send(
                head + "2;a=b;c=\"d\"\r\n{}\r\n0;x\r\nTrailer: y\r\n\r\n" + health)
            #expect(await connection.answers(2).map(\.status) == [401, 200])
            try await connection.close()
        }
    }

    @Test("an answer to HEAD is that to GET without its body")
    func head() async throws {
        try await withServer { server in
            for target in ["/healthz", "/nowhere", "/v1/self"] {
                let connection = try await server.connect()
                try await connection.send(requestText("HEAD", target) + requestText("GET", target))
                let text = await connection.untilBytes(where: {
                    $0.components(separatedBy: "HTTP/1.1 ").count > 2 && $0.hasSuffix("}")
                })
                let parts = text.components(separatedBy: "HTTP/1.1 ").dropFirst()
                #expect(parts.count == 2)
                #expect(parts.first?.hasSuffix("\r\n\r\n") == true)
                func length(_ part: String?) -> Substring? {
                    part?.split(separator: "\r\n").first { $0.hasPrefix("Content-Length: ") }
                }
                #expect(length(parts.first) == length(parts.last))
                try await connection.close()
            }
        }
    }

    @Test("HTTP/1.0 is closed after its answer, and kept where it asks for that; 'Connection: close' is heard")
    func versions() async throws {
        try await withServer { server in
            let closing = [
                "GET /healthz HTTP/1.0\r\n\r\n", "GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
                "GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: x, Close\r\n\r\n",
            ]
            for request in closing {
                let connection = try await server.connect()
                try await connection.send(request + health)
                let answers = RawAnswer.parse(Array(await connection.untilClosed().utf8))
                #expect(answers.map(\.status) == [200])
                #expect(answers.first?["Connection"] == "close")
            }
            let kept = try await server.connect()
            try await kept.send("GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            #expect(await kept.answer()?["Connection"] == "keep-alive")
            try await kept.send(health)
            #expect(await kept.answers(2).map(\.status) == [200, 200])
        }
    }

    @Test("an offer to upgrade is ignored, and the connection closed after the answer")
    func upgrade() async throws {
        try await withServer { server in
            for offer in ["websocket", "h2c"] {
                let connection = try await server.connect()
                let head = "GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: \(offer)\r\n\r\n"
                try await connection.send(head + "\u{0}\u{1}garbage" + health)
                let answers = RawAnswer.parse(Array(await connection.untilClosed().utf8))
                #expect(answers.map(\.status) == [200])
                #expect(answers.first?["Connection"] == "close")
            }
        }
    }

    @Test("a client that closes its side still gets its answers, and 400 for half a request")
    func halfClosure() async throws {
        try await withServer { server in
            let whole = try await server.connect()
            try await whole.send(health + health)
            try await whole.closeOutput()
            #expect(RawAnswer.parse(Array(await whole.untilClosed().utf8)).map(\.status) == [200, 200])
            let half = try await server.connect()
            try await half.send(health + "GET /heal")
            try await half.closeOutput()
            #expect(RawAnswer.parse(Array(await half.untilClosed().utf8)).map(\.status) == [200, 400])
        }
    }

    @Test("'100 Continue' comes before the body is sent, and not where the body would be refused")
    func expectContinue() async throws {
        try await withServer { server in
            let connection = try await server.connect()
            let head = "POST /v1/verify HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: "
            try await connection.send(head + "2\r\n\r\n")
            #expect(await connection.answer()?.status == 100)
            try await connection.send("{}")
            #expect(await connection.answers(2).map(\.status) == [100, 401])
            #expect(try await server.ask(head + "1048577\r\n\r\n").status == 413)
            #expect(
                try await server.ask("POST /v1/verify HTTP/1.1\r\nHost: a\r\nExpect: sympathy\r\n\r\n").status == 417)
        }
    }

    @Test("a body is bounded, declared or in chunks, and the refusal reaches a client that is still sending")
    func bodies() async throws {
        try await withServer { server in
            let limit = 1024 * 1024
            let whole = String(repeating: "x", count: limit)
            #expect(try await server.ask("POST", "/v1/authorize", body: whole).status == 401)
            let chunked = "POST /v1/authorize HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
            let piece = "8000\r\n" + String(repeating: "x", count: 0x8000) + "\r\n"
            let fits = String(repeating: piece, count: 32)
            #expect(try await server.ask(chunked + fits + "0\r\n\r\n").status == 401)

            for flood in [chunked + fits + piece + piece, requestText("POST", "/v1/verify", body: whole + "x")] {
                let connection = try await server.connect()
                try await connection.send(flood)
                let answer = await connection.answer()
                #expect(answer?.status == 413)
                #expect(answer?.body.contains("\"code\":\"too_large\"") == true)
                _ = await connection.untilClosed()
            }
        }
    }

    @Test("a client that doesn't read stops being read, and gets all its answers once it does")
    func backpressure() async throws {
        try await withServer { server in
            let connection = try await server.connect()
            try await connection.pauseReading()
            let count = 40_000
            async let sent: Void = connection.send(String(repeating: health, count: count))
            try await Task.sleep(for: .milliseconds(300))
            try await connection.resumeReading()
            try await sent
            #expect(await connection.answerCount(atLeast: count) == count)
        }
    }

    @Test("a path that does not exist is 404, and a method that a path does not know 405 with those that it knows")
    func routing() async throws {
        try await withServer { server in
            let missing = try await server.ask("GET", "/v1/nothing")
            #expect(missing.status == 404)
            #expect(missing.body.contains("\"code\":\"not_found\""))
            #expect(missing["X-Request-Id"] != nil)
            let wrong = try await server.ask("GET", "/v1/verify")
            #expect(wrong.status == 405)
            #expect(wrong["Allow"] == "POST")
            #expect(try await server.ask("POST", "/healthz", body: "{}")["Allow"] == "GET, HEAD")
        }
    }

    @Test("every answer has a date, and echoes a request id that can be echoed")
    func commonFields() async throws {
        try await withServer { server in
            let answer = try await server.ask("GET", "/healthz", ["X-Request-Id: my.id-1"])
            #expect(answer["Date"]?.hasSuffix(" GMT") == true)
            #expect(answer["X-Request-Id"] == "my.id-1")
            #expect(try await server.ask("GET", "/healthz", ["X-Request-Id: a b"])["X-Request-Id"]?.count == 16)
        }
    }

    @Test("readiness follows the engine")
    func readiness() async throws {
        try await withServer { server in
            #expect(try await server.ask("GET", "/readyz").body == #"{"status":"ready"}"#)
            server.decisions.set(isReady: false)
            let answer = try await server.ask("GET", "/readyz")
            #expect(answer.status == 503)
            #expect(answer["Retry-After"] != nil)
            #expect(try await server.ask("GET", "/healthz").status == 200)
        }
    }
}
