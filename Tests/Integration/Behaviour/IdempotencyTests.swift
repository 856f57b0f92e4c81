import LanyardTesting
import LanyardWire
import NIOHTTP1
import Testing

@Suite("Repeating a request by its Idempotency-Key")
struct IdempotencyTests {
    private let key = TestNode.name("idempotency")

    private func create(_ node: TestNode, _ name: String = "once", by secret: String? = nil) async throws -> Answer {
        let call = Call.admin(.POST, "/v1/keys", secret: secret ?? node.adminSecret, json: #"{"name":"\#(name)"}"#)
        return try await node.send(call.with("Idempotency-Key", key))
    }

    private func keys(_ node: TestNode, named name: String) async throws -> Int? {
        try await node.manage(.GET, "/v1/keys?name=\(name)")["data"]?.array?.count
    }

    @Test("within 15 minutes the first answer comes again, secret included, and nothing is made twice")
    func replay() async throws {
        try await TestNode.run { node in
            let first = try await create(node)
            node.clock.advance(by: .seconds(15 * 60))
            let second = try await create(node)
            #expect(first.status == 201 && second.status == 201)
            #expect(first.body == second.body)
            #expect(second.header("Cache-Control") == "no-store")
            #expect(try await keys(node, named: "once") == 1)
            let secret = try #require(second["secret"]?.string)
            #expect(try await node.verify(secret) == "ok")
        }
    }

    @Test("later it is 409 with the id of what was made, and a day later it is a new request")
    func late() async throws {
        try await TestNode.run { node in
            let id = try #require(try await create(node)["key"]?["id"]?.string)
            node.clock.advance(by: .seconds(15 * 60 + 1))
            let late = try await create(node)
            #expect(late.status == 409 && late.code == "conflict")
            #expect(late["id"]?.string == id)
            #expect(late["secret"] == nil)
            #expect(try await keys(node, named: "once") == 1)
            node.clock.advance(by: .seconds(86_400))
            let anew = try await create(node)
            #expect(anew.status == 201)
            #expect(anew["key"]?["id"]?.string != id)
        }
    }

    @Test("another body or another path under the same key is 422, and makes nothing")
    func mismatch() async throws {
        try await TestNode.run { node in
            _ = try await create(node)
            let other = try await create(node, "other")
            #expect(other.status == 422 && other.code == "idempotency_mismatch")
            let elsewhere = Call.admin(.POST, "/v1/accounts", secret: node.adminSecret, json: #"{"name":"once"}"#)
            #expect(try await node.send(elsewhere.with("Idempotency-Key", key)).status == 422)
            #expect(try await keys(node, named: "other") == 0)
            #expect(try await node.manage(.GET, "/v1/accounts")["data"]?.array?.isEmpty == true)
        }
    }

    @Test("each caller has its own keys, and a remembered answer opens to the secret that asked for it alone")
    func callers() async throws {
        try await TestNode.run { node in
            let other = try await node.caller(["lanyard:keys:write", "lanyard:admin"])
            let first = try await create(node)
            let theirs = try await create(node, by: other.secret)
            #expect(theirs.status == 201)
            #expect(theirs["secret"]?.string != first["secret"]?.string)
            let rotated = try await node.manage(.POST, "/v1/keys/\(other.id)/rotate")
            let newer = try #require(rotated["secret"]?.string)
            let again = try await create(node, by: newer)
            #expect(again.status == 409)
            #expect(again["secret"] == nil)
            #expect(again["id"]?.string == theirs["key"]?["id"]?.string)
            #expect(try await create(node, by: other.secret).body == theirs.body)
        }
    }

    @Test("a rotation that is repeated gives the same secret, and rotates once")
    func rotation() async throws {
        try await TestNode.run { node in
            let made = try await node.key()
            let call = Call.admin(.POST, "/v1/keys/\(made.id)/rotate", secret: node.adminSecret)
                .with("Idempotency-Key", key)
            let answers = [try await node.send(call), try await node.send(call)]
            let secrets = answers.compactMap { $0["secret"]?.string }
            #expect(secrets.count == 2 && Set(secrets).count == 1)
            #expect(answers[1]["acknowledged_by"]?.array?.isEmpty == false)
            let rotations = try await node.manage(.GET, "/v1/audit?action=key.rotate")["data"]?.array
            #expect(rotations?.count == 1)
        }
    }

    @Test("a key that rotates itself may repeat it, though its secret is the older one by then")
    func ownRotation() async throws {
        try await TestNode.run { node in
            let made = try await node.key(#""allow_self_rotate":true"#)
            let call = Call.data(.POST, "/v1/self/rotate", secret: made.secret).with("Idempotency-Key", key)
            let answers = [try await node.send(call), try await node.send(call)]
            #expect(answers.map(\.status) == [201, 201])
            #expect(answers[0]["secret"] == answers[1]["secret"])
            let call2 = Call.data(.POST, "/v1/self/rotate", secret: made.secret, json: #"{"grace":"1h"}"#)
            #expect(try await node.send(call2.with("Idempotency-Key", key)).status == 422)
        }
    }

    @Test("of many at once one makes the key, and none another")
    func atOnce() async throws {
        try await TestNode.run { node in
            let answers = try await withThrowingTaskGroup(of: Answer.self) { group in
                for _ in 0..<20 { group.addTask { try await create(node) } }
                return try await group.reduce(into: [Answer]()) { $0.append($1) }
            }
            #expect(answers.allSatisfy { $0.status == 201 || ($0.status == 409 && $0.code == "conflict") })
            #expect(Set(answers.compactMap { $0["secret"]?.string }).count == 1)
            #expect(try await keys(node, named: "once") == 1)
        }
    }

    @Test(
        "what is no idempotency key is refused by name",
        arguments: ["", "a b", "é", String(repeating: "x", count: 129)])
    func malformed(value: String) async throws {
        try await TestNode.run { node in
            let call = Call.admin(.POST, "/v1/keys", secret: node.adminSecret, json: #"{"name":"once"}"#)
            let answer = try await node.send(call.with("Idempotency-Key", value))
            #expect(answer.status == 400 && answer.pointers == ["Idempotency-Key"])
            let doubled = call.with("Idempotency-Key", "a").with("Idempotency-Key", "b")
            #expect(try await node.send(doubled).status == 400)
            #expect(try await keys(node, named: "once") == 0)
        }
    }

    @Test("a call that was refused is not remembered")
    func refused() async throws {
        try await TestNode.run { node in
            let call = Call.admin(.POST, "/v1/projects", secret: node.adminSecret, json: #"{"name":"default"}"#)
                .with("Idempotency-Key", key)
            let refused = try await node.send(call)
            #expect(refused.status == 409)
            let good = Call.admin(.POST, "/v1/projects", secret: node.adminSecret, json: #"{"name":"payments"}"#)
                .with("Idempotency-Key", key)
            #expect(try await node.send(good).status == 201)
        }
    }
}
