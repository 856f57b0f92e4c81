import TestSupport
import LanyardEngine
import Foundation
import GRDB
import LanyardSQLite
import LanyardTesting
import LanyardWire
import NIOHTTP1
import Testing

@Suite("What is written down: audit, usage, metrics, nodes")
struct RecordKeepingTests {
    @Test("every change is in the audit log: who, what, on what, before and after, under the request's id")
    func entries() async throws {
        try await TestNode.run { node in
            let caller = try await node.caller(["lanyard:keys:write", "lanyard:keys:read"])
            let made = try await node.send(
                .admin(.POST, "/v1/keys", secret: caller.secret, json: #"{"name":"cron"}"#).with(
                    "X-Request-Id", "req-1"))
            let id = try #require(made["key"]?["id"]?.string)
            let patch = Call.admin(.PATCH, "/v1/keys/\(id)", secret: caller.secret, json: #"{"name":"billing"}"#)
            _ = try await node.send(patch.with("X-Request-Id", "req-2"))
            _ = try await node.send(patch)
            let entries = try #require(try await node.manage(.GET, "/v1/audit?target=\(id)")["data"]?.array)
            #expect(entries.compactMap { $0["action"]?.string } == ["key.update", "key.create"])
            #expect(entries.compactMap { $0["request_id"]?.string } == ["req-2", "req-1"])
            #expect(entries.allSatisfy { $0["actor"]?["key_id"]?.string == caller.id })
            #expect(entries[1]["before"] == .null && entries[1]["after"]?["name"]?.string == "cron")
            #expect(entries[0]["before"]?["name"]?.string == "cron")
            #expect(entries[0]["after"]?["name"]?.string == "billing")
            let byActor = try await node.manage(.GET, "/v1/audit?actor=\(caller.id)")["data"]?.array
            #expect(byActor?.count == 2)
            let since = "from=2026-01-01T00:00:01Z"
            #expect(try await node.manage(.GET, "/v1/audit?\(since)")["data"]?.array?.isEmpty == true)
            #expect(try await node.manage(.GET, "/v1/audit?to=2026-01-01T00:00:01Z&limit=1")["data"]?.array?.count == 1)
        }
    }

    @Test("every call that changes something leaves an entry, and one that is refused leaves none")
    func everyChange() async throws {
        try await TestNode.run { node in
            func entries() async throws -> Int64 {
                let newest = try await node.manage(.GET, "/v1/audit?limit=1")["data"]?.array?.first
                return newest?["sequence"]?.number?.int64 ?? 0
            }
            for promised in PromisedAnswer.together where promised.operation.tags == ["admin"] && promised.status < 500
            {
                let operation = promised.operation
                guard operation.method != "GET", !["lookupKey", "explain"].contains(operation.id) else { continue }
                // What a provocation has to make first has its own entries.
                if promised.status < 300 {
                    let call = try await promised.recipe.call(node)
                    let before = try await entries()
                    _ = try await node.send(call)
                    let changes = ["resumeAccount", "enableKey"].contains(operation.id) ? 0 : 1
                    #expect(try await entries() == before + Int64(changes), "\(operation.id)")
                } else if [400, 401].contains(promised.status) {
                    let call = try await promised.recipe.provocation(of: promised.status, operation, on: node).call
                    let before = try await entries()
                    _ = try await node.send(call)
                    #expect(try await entries() == before, "\(operation.id) \(promised.status)")
                }
            }
            let found = try await node.manage(.GET, "/v1/audit/verify")
            #expect(found["intact"]?.bool == true)
            #expect(found["entries"]?.number?.int64 == (try await entries()))
        }
    }

    /// Something done to the database file behind Lanyard's back.
    private struct Tampering: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let sql: String
        /// Which entry shows it, counted from the newest when it was done.
        let shows: @Sendable (Int64) -> Int64

        static let all = [
            Tampering(
                testDescription: "a changed entry", sql: "UPDATE audit SET action = 'key.delete' WHERE sequence = 4",
                shows: { _ in 4 }),
            Tampering(
                testDescription: "a removed entry", sql: "DELETE FROM audit WHERE sequence = 6", shows: { _ in 6 }),
            Tampering(
                testDescription: "a changed actor", sql: "UPDATE audit SET actor_name = 'nobody' WHERE sequence = 5",
                shows: { _ in 5 }),
        ]
    }

    @Test(
        "a database file that was edited by hand is found out, from the first entry that is wrong",
        arguments: Tampering.all)
    private func tampering(tampering: Tampering) async throws {
        try await withTemporaryFolder { folder in
            let path = folder.appending(path: "keys.db").path(percentEncoded: false)
            var setup = TestNode.Setup()
            setup.source = .sqlite(path)
            try await TestNode.run(setup) { node in
                for _ in 0..<4 { _ = try await node.account() }
                #expect(try await node.manage(.GET, "/v1/audit/verify")["intact"]?.bool == true)
            }
            let database = try DatabaseQueue(path: path)
            try await database.write { try $0.execute(sql: tampering.sql) }
            try database.close()
            let node = try await TestNode(setup, administrator: .recovered)
            let found = try await node.manage(.GET, "/v1/audit/verify")
            #expect(found["intact"]?.bool == false)
            #expect(found["first_bad_sequence"]?.number?.int64 == tampering.shows(0))
            try await node.stop()
        }
    }

    @Test("usage counts what was decided, by key, account and project, as JSON and as CSV")
    func usage() async throws {
        try await TestNode.run { node in
            let account = try await node.account()
            let (own, other) = (try await node.key(#""account":"\#(account)""#), try await node.key())
            for _ in 0..<3 { _ = try await node.verify(own.secret, #""costs":{"tokens":5,"usd":"0.10"}"#) }
            _ = try await node.verify(own.secret, #""scope":"a:b""#)
            _ = try await node.verify(other.secret)
            _ = try await node.verify(TestNode.unknownSecret())
            await node.engine.maintain()
            func rows(_ query: String) async throws -> [JSONValue] {
                try await node.manage(.GET, "/v1/usage?interval=day&\(query)")["data"]?.array ?? []
            }
            let row = try #require(try await rows("key=\(own.id)").first)
            #expect(row["granted"]?.number?.int64 == 3 && row["denied"]?.number?.int64 == 1)
            #expect(row["tokens"]?.number?.int64 == 15 && row["usd"]?.string == "0.30")
            #expect(row["outcomes"]?["insufficient_scope"]?.number?.int64 == 1)
            let byKey = try await rows("group_by=key")
            #expect(byKey.contains { $0["key_id"] == .null && $0["outcomes"]?["unknown_key"]?.number?.int64 == 1 })
            #expect(byKey.contains { $0["key_id"]?.string == other.id })
            #expect(try await rows("account=\(account)").first?["granted"]?.number?.int64 == 3)
            #expect(try await rows("group_by=account").contains { $0["account_id"]?.string == account })
            #expect(try await rows("group_by=project&project=default").count == 1)
            let table = try await node.manage(.GET, "/v1/usage?interval=day&key=\(own.id)&format=csv")
            #expect(table.header("Content-Type") == "text/csv; charset=utf-8")
            let lines = table.text.split(separator: "\n")
            #expect(
                lines == [
                    "start,granted,denied,tokens,usd,outcomes",
                    "2026-01-01T00:00:00.000Z,3,1,15,0.30,insufficient_scope=1 ok=3",
                ])
            let accepted = Call.admin(.GET, "/v1/usage?group_by=key", secret: node.adminSecret).with(
                "Accept", "text/csv")
            #expect(try await node.send(accepted).mediaType == "text/csv")
            for query in [
                "interval=week", "group_by=name", "from=x", "from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z",
            ] {
                #expect(try await node.admin(.GET, "/v1/usage?\(query)").status == 400, "\(query)")
            }
            // Settled a little at a time, within a minute; here at once.
            for _ in 0..<64 { await node.engine.maintain() }
            let used = try await node.manage(.GET, "/v1/keys/\(own.id)")["key"]?["last_used_at"]?.string
            #expect(used == "2026-01-01T00:00:00.000Z")
        }
    }

    @Test("a long table of usage is whole, also in pages")
    func longUsage() async throws {
        try await TestNode.run { node in
            let key = try await node.key()
            for _ in 0..<230 {
                _ = try await node.verify(key.secret)
                node.clock.advance(by: .seconds(60))
            }
            await node.engine.maintain()
            let range = "interval=minute&key=\(key.id)&from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z"
            let table = try await node.manage(.GET, "/v1/usage?\(range)&format=csv")
            #expect(table.text.split(separator: "\n").count == 231)
            var (starts, cursor) = ([String](), String?.none)
            repeat {
                let more = cursor.map { "&cursor=\($0)" } ?? ""
                let page = try await node.manage(.GET, "/v1/usage?\(range)&limit=100\(more)")
                starts += page["data"]?.array?.compactMap { $0["start"]?.string } ?? []
                cursor = page["next_cursor"]?.string
            } while cursor != nil && starts.count < 1_000
            #expect(starts.count == 230 && starts == starts.sorted() && Set(starts).count == 230)
        }
    }

    @Test("a table that is longer than one answer may be names its next page, and no row is twice or missing")
    func linkedUsage() async throws {
        var setup = TestNode.Setup()
        setup.csvRows = 3
        try await TestNode.run(setup) { node in
            let key = try await node.key()
            for _ in 0..<8 {
                _ = try await node.verify(key.secret)
                node.clock.advance(by: .seconds(60))
            }
            await node.engine.maintain()
            var (rows, pages) = ([Substring](), [Int]())
            var target = "/v1/usage?interval=minute&key=\(key.id)&group_by=key"
            while true {
                let accept = Call.admin(.GET, target, secret: node.adminSecret).with("Accept", "text/csv")
                let page = try await node.send(accept)
                let lines = page.text.split(separator: "\n")
                #expect(page.status == 200 && lines.first == "start,key_id,granted,denied,tokens,usd,outcomes")
                rows += lines.dropFirst()
                pages.append(lines.count - 1)
                guard let link = page.header("Link") else { break }
                target = String(try #require(link.wholeMatch(of: /<(\/v1\/usage\?[^>]+)>; rel="next"/)?.1))
                // What is used meanwhile belongs to no page of this table.
                node.clock.advance(by: .seconds(600))
                _ = try await node.verify(key.secret)
                await node.engine.maintain()
            }
            #expect(pages == [3, 3, 2])
            #expect(Set(rows).count == 8 && rows == rows.sorted())
        }
    }

    @Test("an administrator's own calls are among the usage only where they are asked for")
    func ownUsage() async throws {
        try await TestNode.run { node in
            _ = try await node.verify(try await node.key().secret)
            await node.engine.maintain()
            func granted(_ query: String) async throws -> Int64? {
                let rows = try await node.manage(.GET, "/v1/usage?interval=day&\(query)")["data"]?.array
                return rows?.first?["granted"]?.number?.int64
            }
            #expect(try await granted("group_by=project") == 1)
            await node.engine.maintain()
            #expect(try await granted("") == 1)
            #expect(try await granted("include=lanyard") ?? 0 > 2)
            #expect(try await granted("project=lanyard") ?? 0 > 1)
            #expect(try await node.admin(.GET, "/v1/usage?include=default").status == 400)
        }
    }

    @Test("metrics count decisions by way and code, and need no key")
    func metrics() async throws {
        try await TestNode.run { node in
            let key = try await node.key()
            _ = try await node.verify(key.secret)
            _ = try await node.send(.data(.GET, "/v1/authorize", secret: nil))
            let text = try await node.send(.admin(.GET, "/metrics", secret: nil)).text
            #expect(text.contains(#"lanyard_decisions_total{code="ok",way="verify"} 1"#))
            #expect(text.contains(#"lanyard_decisions_total{code="missing_key",way="authorize"} 1"#))
        }
    }

    @Test("the node tells its version, its addresses, and how far it has come")
    func nodes() async throws {
        try await TestNode.run { node in
            let before = try await node.manage(.GET, "/v1/nodes")["data"]?.array
            _ = try await node.account()
            let after = try await node.manage(.GET, "/v1/nodes")["data"]?.array
            #expect(after?.count == 1)
            #expect(after?.first?["version"]?.string?.isEmpty == false)
            #expect(after?.first?["status"]?.string == "live")
            #expect(after?.first?["behind"]?.number?.int64 == 0)
            let epochs = [before, after].compactMap { $0?.first?["epoch"]?.number?.int64 }
            #expect(epochs.count == 2 && epochs[1] == epochs[0] + 1)
        }
    }
}

/// Runs `body` with a folder of its own, and removes it.
func withTemporaryFolder(_ body: (URL) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: TestNode.name("lanyard"))
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try await body(folder)
}
