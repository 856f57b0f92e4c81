import AsyncHTTPClient
import Foundation
import LanyardWire
import NIOCore
import NIOHTTP1
import TestSupport
import Testing

@Suite("Imports")
struct ImportTests {
    private func call(_ node: TestNode) -> Call {
        var call = Call.admin(.POST, "/v1/keys/import", secret: node.adminSecret)
        call.body = Call.Body(bytes: [], mediaType: "application/x-ndjson")
        return call
    }

    private func results(_ bytes: some Sequence<UInt8>) throws -> [JSONValue] {
        try Array(bytes).split(separator: UInt8(ascii: "\n")).map { try JSONParser.parse($0) }
    }

    private func line(_ text: String, _ fields: String = "") -> String {
        #"{"digest":"sha256:\#(ImportLines.digest(of: text))","name":"legacy"\#(fields)}"#
    }

    @Test("twenty thousand lines are streamed, those that can't be imported are told by number, the others work")
    func many() async throws {
        try await TestNode.run { node in
            var text = ""
            for number in 1...20_000 {
                switch number {
                case 17: text += "{\"digest\"\n"
                case 4_000: text += line("legacy-3999") + "\n"
                case 4_001: text += "\n"
                case 9_999: text += line("legacy 9999", #","quotas":[{"name":"m"}]"#) + "\n"
                case 12_345: text += line("legacy 12345", #","environment":"nowhere","proof":"signature""#) + "\n"
                default: text += line("legacy-\(number)", #","scopes":["a:b"]"#) + "\r\n"
                }
            }
            var call = call(node)
            call.body?.bytes = Array(text.utf8)
            let answer = try await node.send(call)
            #expect(answer.status == 200)
            let results = try results(answer.body)
            #expect(results.count == 20_000)
            let numbers = results.dropLast().compactMap { $0["line"]?.number?.int64 }
            #expect(numbers == (1...20_000).filter { $0 != 4_001 })
            let refused = results.filter { $0["problem"] != nil }
            #expect(refused.compactMap { $0["line"]?.number?.int64 } == [17, 4_000, 9_999, 12_345])
            let codes = ["invalid_request", "digest_exists", "invalid_request", "invalid_request"]
            #expect(refused.compactMap { $0["problem"]?["code"]?.string } == codes)
            #expect(refused[1]["problem"]?["id"] == results[3_998]["id"])
            #expect(results.last?["summary"]?["imported"]?.number?.int64 == 19_995)
            #expect(results.last?["summary"]?["refused"]?.number?.int64 == 4)
            for number in [1, 3_999, 20_000] {
                #expect(try await node.verify("legacy-\(number)", #""scope":"a:b""#) == "ok")
            }
            // The same again: nothing is imported twice, and each line tells whose digest it is.
            let again = try await node.send(call)
            let repeated = try self.results(again.body)
            #expect(repeated.last?["summary"]?["imported"]?.number?.int64 == 0)
            #expect(repeated.first?["problem"]?["id"] == results.first?["id"])
            #expect(try await node.manage(.GET, "/v1/audit/verify")["intact"]?.bool == true)
        }
    }

    @Test("an imported key is looked up by its text, whatever that is, once there is one at all")
    func foreign() async throws {
        try await TestNode.run { node in
            #expect(try await node.verify("sk_abc-123") == "malformed_key")
            var call = call(node)
            call.body?.bytes = Array(line("sk_abc-123", #","in_flight":3"#).utf8)
            let id = try #require(try results(try await node.send(call).body).first?["id"]?.string)
            #expect(try await node.verify("sk_abc-123") == "ok")
            #expect(try await node.verify("sk_abc-124") == "unknown_key")
            let shown = try await node.manage(.GET, "/v1/keys/\(id)")["key"]
            #expect(shown?["imported"]?.bool == true && shown?["hint"]?.string == "")
            // Rotation gives it a secret of Lanyard's own.
            let rotated = try await node.manage(.POST, "/v1/keys/\(id)/rotate")
            #expect(try await node.verify(try #require(rotated["secret"]?.string)) == "ok")
            #expect(try await node.verify("sk_abc-123") == "ok")
        }
    }

    @Test("a line that is too long, or of a digest twice within one import, is refused by itself")
    func lines() async throws {
        try await TestNode.run { node in
            let long =
                #"{"digest":"sha256:\#(ImportLines.digest())","name":"\#(String(repeating: "x", count: 65_536))"}"#
            var call = call(node)
            call.body?.bytes = Array([line("a"), long, line("a"), line("b")].joined(separator: "\n").utf8)
            let results = try results(try await node.send(call).body)
            #expect(results[0]["id"] != nil && results[3]["id"] != nil)
            #expect(results[1]["problem"]?["code"]?.string == "too_large")
            #expect(results[2]["problem"]?["code"]?.string == "digest_exists")
            #expect(results[2]["problem"]?["id"] == results[0]["id"])
        }
    }

    @Test("a batch is bounded by its bytes too")
    func batchBytes() async throws {
        try await TestNode.run { node in
            // White space counts as well: it is there to be read and kept.
            let blank = String(repeating: " ", count: 60_000)
            var call = call(node)
            call.body?.bytes = Array((0..<40).map { line("padded-\($0)", blank) }.joined(separator: "\n").utf8)
            #expect(try results(try await node.send(call).body).last?["summary"]?["imported"]?.number?.int64 == 40)
            let batches = try #require(try await node.manage(.GET, "/v1/audit?action=key.import")["data"]?.array)
            #expect(batches.compactMap { $0["after"]?["imported"]?.number?.int64 } == [6, 17, 17])
        }
    }

    /// Streams a first batch, and a second one once the first is answered and `between` has run; all lines of the answer.
    /// - Parameter isOpen: Whether the body goes on until the whole answer has come.
    private func interrupted(
        _ call: Call, _ node: TestNode, isOpen: Bool = false, between: () async throws -> Void
    ) async throws -> [JSONValue] {
        let (stream, continuation) = AsyncThrowingStream<ByteBuffer, any Error>.makeStream()
        var request = HTTPClientRequest(url: "http://\(node.client.admin)\(call.target)")
        request.method = .POST
        request.headers = call.headers
        request.body = .stream(stream, length: .unknown)
        continuation.yield(ByteBuffer(string: (1...1_000).map { line("first-\($0)") + "\n" }.joined()))
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(TestRun.seconds(30)))
        var (bytes, isInterrupted) = ([UInt8](), false)
        for try await piece in response.body {
            bytes += piece.readableBytesView
            guard !isInterrupted, bytes.count(where: { $0 == UInt8(ascii: "\n") }) == 1_000 else { continue }
            isInterrupted = true
            try await between()
            let more = (1...1_000).map { line("second-\($0)") + "\n" }.joined()
            continuation.yield(ByteBuffer(string: "no line\n" + more))
            if !isOpen { continuation.finish() }
        }
        continuation.finish()
        return try results(bytes)
    }

    @Test("where the store fails midway, the last line says why and from where to go on")
    func storeFails() async throws {
        try await TestNode.run { node in
            let results = try await interrupted(call(node), node) { node.store.failWrites(true) }
            #expect(results.count == 1_001)
            #expect(results.last?["resume_from_line"]?.number?.int64 == 1_001)
            #expect(results.last?["problem"]?["code"]?.string == "unavailable")
            node.store.failWrites(false)
            var rest = call(node)
            rest.body?.bytes = Array((1...1_000).map { line("second-\($0)") + "\n" }.joined().utf8)
            let summary = try self.results(try await node.send(rest).body).last?["summary"]
            #expect(summary?["imported"]?.number?.int64 == 1_000)
        }
    }

    @Test("an answer that ends early comes whole while lines are still being sent")
    func endsEarly() async throws {
        try await TestNode.run { node in
            let results = try await interrupted(call(node), node, isOpen: true) { node.store.failWrites(true) }
            #expect(results.count == 1_001)
            #expect(results.last?["resume_from_line"]?.number?.int64 == 1_001)
            node.store.failWrites(false)
        }
    }

    @Test("behind an answer that ended early the rest of the body is read over, and the connection can be used again")
    func connectionGoesOn() async throws {
        try await TestNode.run { node in
            node.store.failWrites(true)
            let body = (1...10_000).map { line("unread-\($0)") + "\n" }.joined()
            let fields = call(node).headers.map { "\($0.name): \($0.value)\r\n" }.joined()
            let list = Call.admin(.GET, "/v1/keys?limit=1", secret: node.adminSecret)
            let next = list.headers.map { "\($0.name): \($0.value)\r\n" }.joined()
            let text = """
                POST /v1/keys/import HTTP/1.1\r\nHost: a\r\n\(fields)Content-Length: \(body.utf8.count)\r\n\r\n\(body)\
                GET \(list.target) HTTP/1.1\r\nHost: a\r\n\(next)\r\n
                """
            let bytes = try await RawExchange.send(Array(text.utf8), to: node.client.admin) { bytes in
                String(decoding: bytes, as: UTF8.self).components(separatedBy: "HTTP/1.1 200").count == 3
            }
            let answers = String(decoding: bytes, as: UTF8.self).components(separatedBy: "HTTP/1.1 ")
            #expect(answers.count == 3)
            #expect(answers.dropFirst().first?.contains(#""resume_from_line":1"#) == true)
            #expect(answers.last?.hasPrefix("200") == true)
            node.store.failWrites(false)
        }
    }

    @Test("where the caller is revoked midway, the last line says so")
    func callerRevoked() async throws {
        try await TestNode.run { node in
            let caller = try await node.caller(["lanyard:keys:write"])
            let results = try await interrupted(call(node).by(caller.secret), node) {
                try await node.manage(.POST, "/v1/keys/\(caller.id)/revoke")
            }
            #expect(results.count == 1_001)
            #expect(results.last?["resume_from_line"]?.number?.int64 == 1_001)
            #expect(results.last?["problem"]?["code"]?.string == "revoked_key")
            #expect(results.last?["problem"]?["status"]?.number?.int64 == 401)
        }
    }

    @Test("an import of nothing is a summary of nothing")
    func empty() async throws {
        try await TestNode.run { node in
            let answer = try await node.send(call(node))
            #expect(answer.text == "{\"summary\":{\"imported\":0,\"refused\":0}}\n")
        }
    }

    @Test("answers come while lines are still being sent, and what was answered is imported if the rest never comes")
    func bothWays() async throws {
        try await TestNode.run { node in
            let (stream, continuation) = AsyncThrowingStream<ByteBuffer, any Error>.makeStream()
            var request = HTTPClientRequest(url: "http://\(node.client.admin)/v1/keys/import")
            request.method = .POST
            request.headers = call(node).headers
            request.body = .stream(stream, length: .unknown)
            let first = (0..<2_000).map { line("streamed-\($0)") + "\n" }.joined()
            continuation.yield(ByteBuffer(string: first))
            let response = try await HTTPClient.shared.execute(request, timeout: .seconds(TestRun.seconds(20)))
            var answered = 0
            for try await piece in response.body {
                answered += piece.readableBytesView.count { $0 == UInt8(ascii: "\n") }
                if answered >= 1_000 { break }
            }
            #expect(answered >= 1_000)
            #expect(try await node.verify("streamed-0") == "ok")
            // The client goes away in the middle of a line.
            continuation.finish(throwing: UnexpectedAnswer("gone"))
            let listed = try await node.manage(.GET, "/v1/keys?limit=200&name=legacy")
            #expect(listed["data"]?.array?.count == 200)
            #expect(try await node.manage(.GET, "/v1/audit/verify")["intact"]?.bool == true)
        }
    }
}
