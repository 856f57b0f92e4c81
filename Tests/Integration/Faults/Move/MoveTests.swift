import Foundation
import LanyardTesting
import LanyardWire
import NIOHTTP1
import TestSupport
import Testing

@Suite("Moving from SQLite to PostgreSQL")
struct MoveTests {
    @Test("killed while it copies a store that is changed all the time, and run again, it loses and revives nothing")
    func underLoad() async throws {
        let keys = ImportedKeys(count: TestRun.isLong ? 1_000_000 : 8_000, seed: TestRun.seed)
        print("LANYARD_SEED=\(TestRun.seed): \(keys.count) keys are moved")
        var random = SeededGenerator(seed: TestRun.seed)
        let move = try await Move()
        let server = try await move.installation.start()
        try await keys.importAll(server.client)
        #expect(try await server.client.verify([keys.text(0)]) == ["ok"])
        let counted = try await server.client.createKey(
            "counted", #""quotas":[{"name":"all","amount":100,"period":"lifetime"}]"#)
        for _ in 1...37 { #expect(try await server.client.check(counted.secret).code == "ok") }

        let ledger = KeyLedger()
        let changes = ChangeClient(client: server.client, ledger: ledger)
        let seeds = (0..<4).map { _ in random.next() }
        let kills = (0..<3).map { _ in Duration.milliseconds(Int.random(in: 0...400, using: &random)) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for seed in seeds { group.addTask { await changes.run(seed: seed) } }
            do {
                try await copyWhileServed(move, kills)
            } catch {
                await server.kill()
                throw error
            }
            // The load goes on until the end, and what it was told by then must hold.
            #expect(await server.stop() == .exit(0))
        }
        try await finish(move, kills[2])

        let moved = try await move.installation.start(move.onPostgres)
        for doubt in ledger.takeDoubts() {
            try await ChangeClient(client: moved.client, ledger: ledger).settle(doubt)
        }
        #expect(ledger.surprises.isEmpty, "seed \(TestRun.seed): \(ledger.surprises)")
        #expect(ledger.changes > 20, "there was hardly any load")
        try await expectAcknowledged(ledger, moved.client)
        try await expectImported(keys, moved.client, &random)
        try await expectCounted(counted, moved.client)
        #expect(await moved.stop() == .exit(0))
        print("    \(ledger.changes) changes acknowledged meanwhile")
    }

    private func copyWhileServed(_ move: Move, _ kills: [Duration]) async throws {
        // The first is killed as soon as it has begun, so that it can't have come to its end.
        let first = try await move.copyAndKill(after: .zero)
        #expect(first == .signal(SIGKILL))
        let second = try await move.copyAndKill(after: kills[0])
        print("    the first copy ended by \(first), the second by \(second)")
        let whole = try await move.copy()
        #expect(whole.end == .exit(0), "\(whole.output)")
        #expect(whole.output.contains("--finish"), "\(whole.output)")
        if TestRun.isLong { print(whole.output) }

        let early = try await move.copy(["--finish"])
        #expect(early.end == .exit(1) && early.output.contains("is served"), "\(early.output)")
        let half = try await move.refusedStart(move.onPostgres)
        #expect(half.end == .exit(1) && half.log.contains("has not been finished"), "\(half.log)")
    }

    private func finish(_ move: Move, _ time: Duration) async throws {
        let began = ContinuousClock.now
        let killed = try await move.copyAndKill(["--finish"], after: time)
        if killed == .signal(SIGKILL) {
            let half = try await move.refusedStart(move.onPostgres)
            #expect(half.end == .exit(1), "\(half.log)")
        }
        let finished = try await move.copy(["--finish"])
        #expect(finished.end == .exit(0), "\(finished.output)")
        #expect(try await move.copy(["--finish"]).end == .exit(0), "once more does no harm")
        let old = try await move.refusedStart()
        #expect(old.end == .exit(1) && old.log.contains("has moved to"), "\(old.log)")
        print("    the first attempt to finish ended by \(killed); all took \(ContinuousClock.now - began)")
        if TestRun.isLong { print(finished.output) }
    }

    private func expectAcknowledged(_ ledger: KeyLedger, _ client: ServerClient) async throws {
        let certain = ledger.certain()
        let codes = try await client.verify(certain.map(\.secret))
        let wrong = zip(certain, codes).filter { $0.code != $1 }.map { "\($0.code) became \($1)" }
        #expect(wrong.isEmpty, "seed \(TestRun.seed): \(wrong)")
        #expect(certain.contains { $0.code == "revoked_key" })
        let audit = try await client.send(.admin, .GET, "/v1/audit/verify")
        #expect(audit["intact"]?.bool == true, "\(audit.text)")
        let missing = ledger.audited.subtracting(try await client.auditEntries())
        #expect(missing.isEmpty, "the audit log has forgotten \(missing)")
    }

    private func expectImported(
        _ keys: ImportedKeys, _ client: ServerClient, _ random: inout SeededGenerator
    ) async throws {
        let sample = (0..<500).map { _ in keys.text(Int.random(in: 0..<keys.count, using: &random)) }
        let codes = try await client.verify(sample)
        #expect(Set(codes) == ["ok"], "seed \(TestRun.seed)")
    }

    /// What was used stays used: of 100 calls 37 were spent before.
    private func expectCounted(_ key: ServerClient.IssuedKey, _ client: ServerClient) async throws {
        #expect(try await client.usage(of: key.id)["ok"] == 37)
        var granted = 0
        try await eventually("the quota is used up") {
            let code = try await client.check(key.secret).code
            granted += code == "ok" ? 1 : 0
            return code == "quota_exceeded"
        }
        #expect(granted == 63)
    }

    @Test("a copy goes into an empty store or its own copy, and into no other")
    func refusals() async throws {
        let move = try await Move()
        let server = try await move.installation.start()
        let key = try await server.client.createKey("one")
        #expect(await server.stop() == .exit(0))

        // A store that is served, and holds nothing but what its first start has made.
        let other = try Installation()
        let used = try await move.postgres.makeDatabaseURL()
        let usedServer = try await other.start([
            "--database", used, "--database-password-file", move.postgres.passwordFile,
        ])
        let refused = try await move.copy(to: used)
        #expect(refused.end == .exit(1) && refused.output.contains("no empty store"), "\(refused.output)")
        #expect(await usedServer.stop() == .exit(0))

        #expect(try await move.copy().end == .exit(0))
        let stranger = try Installation()
        #expect(await (try stranger.start()).stop() == .exit(0))
        let foreign = try await move.copy(from: stranger.database)
        #expect(foreign.end == .exit(1) && foreign.output.contains("another store"), "\(foreign.output)")
        let nothing = try await move.copy(from: move.installation.file("missing.sqlite"))
        #expect(nothing.end == .exit(1) && nothing.output.contains("there is no file"), "\(nothing.output)")
        #expect(try await move.copy(to: "sqlite:x").end == .exit(2))

        // Going back: the file is served again, and what was done meanwhile is not in it.
        #expect(try await move.copy(["--finish"]).end == .exit(0))
        #expect(try await move.refusedStart().end == .exit(1))
        let reopened = try await FinishedCommand.run(
            [BuiltProgram.lanyard, "store", "reopen", "--database", "sqlite:\(move.installation.database)"],
            in: move.installation)
        #expect(reopened.end == .exit(0), "\(reopened.output)")
        let again = try await move.installation.start()
        #expect(try await again.client.check(key.secret).code == "ok")
        #expect(await again.stop() == .exit(0))
        let done = try await move.copy()
        #expect(done.end == .exit(1) && done.output.contains("is finished"), "\(done.output)")
    }

    @Test("a source that was put back to an earlier state does not undo a revocation that was copied")
    func wentBack() async throws {
        let move = try await Move()
        let server = try await move.installation.start()
        let key = try await server.client.createKey("revoked later")
        let backup = move.installation.file("early.sqlite")
        let made = try await FinishedCommand.run(
            [BuiltProgram.lanyard, "store", "backup", backup, "--database", "sqlite:\(move.installation.database)"],
            in: move.installation)
        #expect(made.end == .exit(0), "\(made.output)")
        #expect(try await server.client.send(.admin, .POST, "/v1/keys/\(key.id)/revoke").status == 200)
        #expect(await server.stop() == .exit(0))
        #expect(try await move.copy().end == .exit(0))

        let old = try await move.copy(from: backup)
        #expect(old.end == .exit(1) && old.output.contains("put back"), "\(old.output)")
        let oldFinish = try await move.copy(["--finish"], from: backup)
        #expect(oldFinish.end == .exit(1) && oldFinish.output.contains("put back"), "\(oldFinish.output)")
        #expect(try await move.number("SELECT count(*) FROM lanyard.keys WHERE revoked_at IS NOT NULL") == 1)
        #expect(try await move.copy(["--finish"]).end == .exit(0))
    }
}
