import LanyardServer
import TestSupport
import Testing

/// The admin listener's HTTP is Hummingbird's, with a guard before it. What the data listener's tests hold of HTTP is held
/// of it here.
@Suite("The admin listener's HTTP", .timeLimit(.minutes(TestRun.minutes(2))))
struct AdminProtocolTests {
    private static let health = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"

    private func statuses(_ text: String) -> [Int] {
        text.matches(of: #/HTTP/1\.1 (\d{3}) /#).compactMap { Int($0.1) }
    }

    private func withServer(_ body: (RunningServer, TestServer) async throws -> Void) async throws {
        let test = try TestServer()
        let server = try await test.start()
        do {
            try await body(server, test)
        } catch {
            try? await server.stop()
            throw error
        }
        try await server.stop()
    }

    private func exchange(_ text: String, _ server: RunningServer) async throws -> String {
        let connection = try await RawConnection.connect(to: server.addresses.admin)
        try await connection.send(text)
        return try await connection.readToEnd()
    }

    private static let post = "POST /v1/keys HTTP/1.1\r\nHost: a\r\n"
    private static let malformed = [
        "NONSENSE\r\n\r\n", "GET /healthz HTTP/2.0\r\nHost: a\r\n\r\n", "GET /healthz\r\n\r\n",
        "GET /healthz HTTP/1.1\r\n\r\n", "GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost: a\r\nBad Name: b\r\n\r\n", "GET /healthz HTTP/1.1\r\nHost: a\r\nX : b\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost: a\r\nX: \u{1}\r\n\r\n", "GET /healthz HTTP/1.1\nHost: a\n\n",
        "GET /healthz HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\n\r\n",
        post + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        post + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
        post + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc",
        post + "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc", post + "Content-Length: 3, 3\r\n\r\nabc",
        post + "Content-Length: +3\r\n\r\nabc", post + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        post + "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n", "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n",
        "\u{16}\u{3}\u{1}\u{0}\u{a5}\u{1}\u{0}\u{0}\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ]

    @Test("what is no proper HTTP/1.1 is answered 400 behind the answers before it, and the connection closed")
    func malformed() async throws {
        try await withServer { server, _ in
            for request in Self.malformed {
                let text = try await exchange(Self.health + request + Self.health, server)
                #expect(statuses(text) == [200, 400], "\(request)")
                #expect(text.contains("application/problem+json"), "\(request)")
            }
        }
    }

    @Test("a body whose end can't be told is no request, and what comes behind it is none either")
    func malformedBodies() async throws {
        try await withServer { server, test in
            let head =
                Self.post + "Authorization: Bearer \(try test.adminSecret)\r\nContent-Type: application/json\r\n"
                + "Transfer-Encoding: chunked\r\n\r\n"
            for chunks in ["zz\r\n{}", "-2\r\n{}", "0x2\r\n{}", "c\r\n{\"name\":\"x\"}x\r\n0\r\n\r\n"] {
                let text = try await exchange(head + chunks + Self.health, server)
                #expect(!text.contains("HTTP/1.1 2"), "\(chunks): \(text)")
                #expect(statuses(text).count <= 1)
            }
            let keys = try await get("http://\(server.addresses.admin)/v1/keys", secret: try test.adminSecret)
            #expect(!keys.body.contains(#""name":"x""#))
        }
    }

    @Test("three thousand requests in one write are answered in their order")
    func pipelining() async throws {
        try await withServer { server, _ in
            let count = 3_000
            let requests = (0..<count).map { number in
                let closes = number == count - 1 ? "Connection: close\r\n" : ""
                return "GET /healthz HTTP/1.1\r\nHost: a\r\nX-Request-Id: r\(number)\r\n\(closes)\r\n"
            }
            let text = try await exchange(requests.joined(), server)
            let ids = text.matches(of: #/[Xx]-[Rr]equest-[Ii]d: r(\d+)\r\n/#).compactMap { Int($0.1) }
            #expect(ids == Array(0..<count))
        }
    }

    @Test("an offer to upgrade is ignored, and the connection closed after the answer")
    func upgrade() async throws {
        try await withServer { server, _ in
            for offer in ["websocket", "h2c"] {
                let head = "GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: \(offer)\r\n\r\n"
                let text = try await exchange(head + "\u{0}\u{1}garbage" + Self.health, server)
                #expect(statuses(text) == [200])
            }
        }
    }

    @Test("a client that closes its side still gets its answers")
    func halfClosure() async throws {
        try await withServer { server, _ in
            for (text, expected) in [
                (Self.health + Self.health, [200, 200]), (Self.health + "GET /heal", [200, 400]),
            ] {
                let connection = try await RawConnection.connect(to: server.addresses.admin)
                try await connection.send(text)
                try await connection.closeOutput()
                #expect(try await statuses(connection.readToEnd()) == expected)
            }
        }
    }

    @Test("a refusal reaches a client that is still sending")
    func refusalWhileSending() async throws {
        try await withServer { server, _ in
            let flood = "GET /healthz HTTP/1.1\r\nHost: a\r\nX: " + String(repeating: "x", count: 2_000_000)
            let text = try await exchange(flood, server)
            #expect(statuses(text) == [431])
        }
    }
}
