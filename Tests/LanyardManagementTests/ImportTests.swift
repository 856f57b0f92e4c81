import LanyardCore
@testable import LanyardManagement
import LanyardStorage
import Testing

@Suite("Import")
struct ImportTests {
    private func digest(_ number: Int) -> SecretDigest {
        Array("sk_legacy_\(number)".utf8).withUnsafeBytes { SecretDigest(hashing: $0) }
    }

    private func line(
        _ number: Int, _ edit: (inout KeyDraft) throws -> Void = { _ in }
    ) rethrows -> ImportLine {
        var draft = KeyDraft(name: "legacy \(number)")
        draft.project = .name("payments")
        try edit(&draft)
        return ImportLine(number: number, digest: digest(number), draft: draft)
    }

    @Test("each line is answered by itself, in order")
    func outcomes() async throws {
        let world = try await World.withProjects()
        let existing = try await world.key(in: "payments")
        let lines = [
            try line(1),
            line(2) { $0.name = "" },
            ImportLine(number: 3, digest: digest(1), draft: try line(3).draft),
            line(5) { $0.project = .name("lanyard") },
            line(6) { $0.proof = .signature },
            line(7) { $0.roles = [.name("admin")] },
            line(8) { $0.project = .name("orders") },
            ImportLine(number: 9, digest: existing.secret.digest, draft: try line(9).draft),
            try line(10) { $0.scopes = [try scope("invoices:*")] },
        ]
        let caller = try Caller.holding("lanyard:keys:write@payments", "lanyard:keys:write@lanyard", "lanyard:admin")
        let outcomes = try await world.management.importBatch(lines, as: caller)
        #expect(outcomes.map(\.line) == lines.map(\.number))
        guard case .imported(let first) = outcomes[0].result, case .imported(let last) = outcomes[8].result else {
            Issue.record("good lines were refused: \(outcomes)")
            return
        }
        #expect(refusal(of: outcomes[1]) == .invalid("/name"))
        #expect(outcomes[2].result == .digestExists(first))
        #expect(refusal(of: outcomes[3]) == .invalid("/project"))
        #expect(refusal(of: outcomes[4]) == .invalid("/proof"))
        #expect(refusal(of: outcomes[5]) == .missing("lanyard:*"))
        #expect(refusal(of: outcomes[6]) == .missing("lanyard:keys:write@orders"))
        #expect(outcomes[7].result == .digestExists(existing.details.record.id))
        let key = try await world.stored(first)
        #expect(key.isImported)
        #expect(key.hint.isEmpty)
        #expect(key.name == "legacy 1")
        #expect(try await world.stored(last).scopes == [try scope("invoices:*")])
    }

    private func refusal(of outcome: ImportOutcome) -> Refusal? {
        if case .refused(let error) = outcome.result { Refusal(error) } else { nil }
    }

    @Test("an imported key works when the call returns, also where it was unknown before")
    func takesEffect() async throws {
        let world = try await World.withProjects()
        let text = Array("sk_legacy_1".utf8).withUnsafeBytes { Secret(presented: $0) }
        #expect(try await world.verdict(text) == "malformed_key")
        _ = try await world.management.importBatch([line(2)], as: .operator)
        #expect(try await world.verdict(text) == "unknown_key")
        _ = try await world.management.importBatch([line(1)], as: .operator)
        #expect(try await world.verdict(text) == "ok")
    }

    @Test("a batch is one change and one entry of the audit log")
    func oneEntry() async throws {
        let world = try await World.withProjects()
        let before = try await world.traces()
        let lines = try (1...50).map { try line($0) } + [line(51) { $0.name = "" }]
        _ = try await world.management.importBatch(lines, as: .operator)
        #expect(try await world.traces() == before.map { $0 + 1 })
        let entry = try await world.lastEntry()
        #expect(entry.action == "key.import")
        let after = try #require(entry.after)
        #expect(after.contains("\"imported\":50"))
        #expect(after.contains("\"refused\":1"))
        #expect(after.contains("\"first_line\":1"))
        #expect(after.contains("\"last_line\":51"))
    }

    @Test("an import sent again changes nothing and names what is there")
    func again() async throws {
        let world = try await World.withProjects()
        let lines = try (1...5).map { try line($0) }
        let first = try await world.management.importBatch(lines, as: .operator)
        let before = try await world.traces()
        let second = try await world.management.importBatch(lines, as: .operator)
        let ids = first.map { if case .imported(let id) = $0.result { id } else { nil as KeyID? } }
        #expect(second.map(\.result) == ids.compactMap { $0 }.map { .digestExists($0) })
        #expect(try await world.traces() == before)
    }

    @Test("a digest that exists names its key to whoever may know of it, and to nobody else")
    func foreignDigests() async throws {
        let world = try await World.withProjects()
        let theirs = try await world.key(in: "orders")
        let admin = try await world.key(in: "lanyard")
        func outcomes(_ scopes: String...) async throws -> [KeyID?] {
            let lines = try [theirs, admin].map { key in
                ImportLine(number: 1, digest: key.secret.digest, draft: try line(1).draft)
            }
            let caller = Caller(keyID: nil, name: "test", scopes: ScopeSet(try scopes.map(scope)))
            return try await world.management.importBatch(lines, as: caller).map { outcome in
                guard case .digestExists(let id) = outcome.result else { throw CancellationError() }
                return id
            }
        }
        let (order, administrator) = (theirs.details.record.id, admin.details.record.id)
        #expect(try await outcomes("lanyard:keys:write@payments") == [nil, nil])
        #expect(try await outcomes("lanyard:keys:write@payments", "lanyard:keys:read@orders") == [order, nil])
        #expect(try await outcomes("lanyard:keys:write") == [order, nil])
        #expect(
            try await outcomes("lanyard:keys:write@payments", "lanyard:keys:read@lanyard", "lanyard:admin@lanyard")
                == [nil, administrator])
        #expect(try await outcomes("lanyard:keys:write", "lanyard:admin") == [order, administrator])
    }

    @Test("more lines than a batch are several transactions")
    func batches() async throws {
        let world = try await World.withProjects()
        let before = try await world.traces()
        let lines = try (1...(Management.importBatchSize + 1)).map { try line($0) }
        let outcomes = try await world.management.importBatch(lines, as: .operator)
        #expect(outcomes.count == lines.count)
        #expect(try await world.traces() == before.map { $0 + 2 })
    }

    @Test("whoever may write no keys may not even begin")
    func rights() async throws {
        let world = try await World.withProjects()
        let caller = try Caller.holding("lanyard:keys:read")
        await #expect(throws: ManagementError.insufficientScope(missing: "lanyard:keys:write")) {
            _ = try await world.management.importBatch([], as: caller)
        }
    }
}
