import LanyardWire
import NIOCore
import NIOHTTP1
import TestSupport
import Testing

@Suite("Bodies that don't come")
struct BodyTests {
    /// A node that gives a body little time.
    private func run(_ body: (TestNode) async throws -> Void) async throws {
        var setup = TestNode.Setup()
        setup.bodyTimeout = .milliseconds(300)
        try await TestNode.run(setup, body)
    }

    private func head(_ call: Call, _ framing: String) -> [UInt8] {
        var text = "\(call.method.rawValue) \(call.target) HTTP/1.1\r\nHost: x\r\n\(framing)\r\n"
        for (name, value) in call.headers { text += "\(name): \(value)\r\n" }
        return Array((text + "\r\n").utf8)
    }

    private func creation(_ secret: String?) -> Call { .admin(.POST, "/v1/keys", secret: secret, json: "") }

    @Test(
        "one that takes longer than it may is answered 408, and the connection ends, whatever comes meanwhile",
        arguments: [RawExchange.Manner.silent, .dripping])
    func late(manner: RawExchange.Manner) async throws {
        try await run { node in
            let bytes = head(creation(node.adminSecret), "Content-Length: 100000") + Array(#"{"name":"k""#.utf8)
            // All that comes until the server has closed.
            let received = try await RawExchange.send(bytes, to: node.client.admin, manner: manner)
            let answer = try #require(RawExchange.parse(received, isBodiless: false))
            #expect(answer.status == 408 && answer.code == "request_timeout", "\(answer.text)")
            #expect(answer.header("Connection") == "close")
            #expect(try await node.manage(.GET, "/v1/keys?name=k")["data"]?.array?.isEmpty == true)
        }
    }

    @Test("one behind an answer that was given before ends the connection too, also an import's")
    func behindAnAnswer() async throws {
        try await run { node in
            for target in ["/v1/keys", "/v1/keys/import", "/v1/nowhere"] {
                let bytes = head(Call.admin(.POST, target, secret: nil, json: ""), "Content-Length: 100000")
                let received = try await RawExchange.send(bytes, to: node.client.admin, manner: .dripping)
                let text = String(decoding: received, as: UTF8.self)
                let status = target == "/v1/nowhere" ? 404 : 401
                #expect(RawExchange.parse(received, isBodiless: false)?.status == status, "\(text)")
                #expect(text.ranges(of: "HTTP/1.1 ").count == 1, "\(text)")
            }
        }
    }

    @Test("one that came in time leaves the connection open for the next request")
    func inTime() async throws {
        try await run { node in
            for _ in 0..<3 {
                #expect(try await node.admin(.POST, "/v1/keys", #"{"name":"k"}"#).status == 201)
                #expect(try await node.send(.admin(.POST, "/v1/keys", secret: nil, json: "{}")).status == 401)
                try await Task.sleep(for: .milliseconds(150))
            }
        }
    }

    @Test("an import takes the time that it takes")
    func imports() async throws {
        try await run { node in
            let (stream, continuation) = AsyncThrowingStream<ByteBuffer, any Error>.makeStream()
            var call = Call.admin(.POST, "/v1/keys/import", secret: node.adminSecret)
            call.body = Call.Body(bytes: [], mediaType: "application/x-ndjson")
            let sending = Task {
                for _ in 0..<5 {
                    let line = #"{"digest":"sha256:\#(ImportLines.digest())","name":"k"}"#
                    continuation.yield(ByteBuffer(string: line + "\n"))
                    try await Task.sleep(for: .milliseconds(150))
                }
                continuation.finish()
            }
            let answer = try await node.client.send(call, pieces: stream)
            try await sending.value
            #expect(answer.text.hasSuffix(#"{"summary":{"imported":5,"refused":0}}"# + "\n"), "\(answer.text)")
        }
    }

    @Test("one that breaks off is not taken for an empty one: nothing is done")
    func brokenOff() async throws {
        try await run { node in
            let key = try await node.key()
            for (method, action) in [
                (HTTPMethod.POST, "/rotate"), (.POST, "/revoke"), (.POST, "/disable"), (.DELETE, ""), (.PATCH, ""),
            ] {
                let call = Call.admin(method, "/v1/keys/\(key.id)\(action)", secret: node.adminSecret, json: "")
                let bytes = head(call, "Content-Length: 14")
                let received = try await RawExchange.send(bytes, to: node.client.admin, manner: .closing)
                let answer = RawExchange.parse(received, isBodiless: false)
                #expect(answer == nil || answer?.status == 400 || answer?.status == 409, "\(action): \(received)")
            }
            let entries = try await node.manage(.GET, "/v1/audit?target=\(key.id)")["data"]?.array
            #expect(entries?.compactMap { $0["action"]?.string } == ["key.create"])
            #expect(try await node.verify(key.secret) == "ok")
        }
    }

    @Test("one that is no proper HTTP is the client's fault, and the connection ends")
    func malformed() async throws {
        try await run { node in
            let bytes = head(creation(node.adminSecret), "Transfer-Encoding: chunked") + Array("zz\r\n{}\r\n".utf8)
            let received = try await RawExchange.send(bytes, to: node.client.admin)
            let answer = try #require(RawExchange.parse(received, isBodiless: false))
            #expect(answer.status == 400 && answer.code == "invalid_request", "\(answer.status) \(answer.text)")
            #expect(!node.log.lines.contains { $0.contains("a management call failed") })
        }
    }
}
