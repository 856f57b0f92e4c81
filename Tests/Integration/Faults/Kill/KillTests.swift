import Foundation
import LanyardSQLite
import LanyardStorage
import LanyardTesting
import LanyardWire
import NIOHTTP1
import TestSupport
import Testing

// # Killed, again and again
//
// Clients change keys and ask about them; at a random moment the server is gone, with no chance to do anything. Then it
// starts on what is left, and everything that a client was told must hold: each secret is answered as it was
// acknowledged. What was under way may have happened or not; repeated with its idempotency key, it must end as if it
// had been asked for once.

@Suite("A server that is killed")
struct KillTests {
    @Test("loses nothing that it has acknowledged, however often and whenever it is killed")
    func rounds() async throws {
        let rounds = TestRun.isLong ? 60 : 5
        print("LANYARD_SEED=\(TestRun.seed): \(rounds) rounds of kill -9")
        var random = SeededGenerator(seed: TestRun.seed)
        let installation = try Installation()
        let ledger = KeyLedger()
        var server = try await installation.start()
        var (doubts, checked) = (0, 0)
        for round in 1...rounds {
            await load(server, ledger, for: .milliseconds(Int.random(in: 20...900, using: &random)), random.next())
            try await expectWhole(installation, "round \(round)")
            if Int.random(in: 0..<5, using: &random) == 0 {
                try await killWhileStarting(installation, after: .milliseconds(Int.random(in: 0...300, using: &random)))
            }
            server = try await installation.start()
            checked += try await expectAcknowledged(server.client, ledger, "round \(round)")
            let inDoubt = ledger.takeDoubts()
            doubts += inDoubt.count
            for change in inDoubt { try await ChangeClient(client: server.client, ledger: ledger).settle(change) }
            #expect(ledger.surprises.isEmpty, "round \(round), seed \(TestRun.seed): \(ledger.surprises)")
        }
        _ = try await expectAcknowledged(server.client, ledger, "the end")
        let missing = ledger.audited.subtracting(try await server.client.auditEntries())
        #expect(missing.isEmpty, "the audit log has forgotten \(missing)")
        #expect(await server.stop() == .exit(0))
        try await expectAuditVerified(installation)
        print("    \(ledger.changes) changes acknowledged, \(doubts) in doubt, \(checked) answers compared")
        // A round in which nothing had been acknowledged would have nothing to lose.
        #expect(ledger.changes > rounds)
    }

    @Test("ended in order under the same load, it has answered every change that it made")
    func inOrder() async throws {
        print("LANYARD_SEED=\(TestRun.seed): SIGTERM under changes")
        var random = SeededGenerator(seed: TestRun.seed)
        let installation = try Installation()
        let ledger = KeyLedger()
        for round in 1...(TestRun.isLong ? 20 : 2) {
            let server = try await installation.start()
            let time = Duration.milliseconds(Int.random(in: 100...900, using: &random))
            let end = await load(server, ledger, for: time, random.next(), signal: SIGTERM)
            #expect(end == .exit(0), "round \(round): \(server.process.log)")
            // What was asked of a connection that was being closed was not taken: it needs no answer, and changed nothing.
            for change in ledger.takeDoubts() { if let key = change.key.flatMap(ledger.key) { ledger.giveBack(key) } }
            let again = try await installation.start()
            _ = try await expectAcknowledged(again.client, ledger, "round \(round)")
            let entries = try await again.client.auditEntries().filter { $0.hasPrefix("key.") }
            #expect(entries.subtracting(ledger.audited).isEmpty, "made and not answered, seed \(TestRun.seed)")
            #expect(ledger.surprises.isEmpty, "round \(round), seed \(TestRun.seed): \(ledger.surprises)")
            #expect(await again.stop() == .exit(0))
        }
        #expect(ledger.changes > 0)
    }

    /// Changes by six clients at once, until the signal has ended the server.
    @discardableResult
    private func load(
        _ server: RunningProcess, _ ledger: KeyLedger, for time: Duration, _ seed: UInt64, signal: Int32 = SIGKILL
    ) async -> ServerProcess.End {
        let changes = ChangeClient(client: server.client, ledger: ledger)
        return await withTaskGroup(of: Void.self) { group in
            for client in 0..<6 { group.addTask { await changes.run(seed: seed &+ UInt64(client)) } }
            try? await Task.sleep(for: time)
            server.process.send(signal)
            return await server.process.ended
        }
    }

    private func killWhileStarting(_ installation: Installation, after time: Duration) async throws {
        let process = try installation.launch()
        try await Task.sleep(for: time)
        process.send(SIGKILL)
        _ = await process.ended
    }

    /// The files that the killed server has left, looked at in a copy: the server itself must be the one to recover them.
    private func expectWhole(_ installation: Installation, _ moment: String) async throws {
        let copy = installation.file("copy.sqlite")
        for suffix in ["", "-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: copy + suffix)
            if suffix == "-shm" { continue }
            try FileManager.default.copyItem(atPath: installation.database + suffix, toPath: copy + suffix)
        }
        let store = try await SQLiteStore.open(path: copy)
        #expect(try await store.damage().isEmpty, "\(moment)")
        try await store.close()
    }

    private func expectAcknowledged(_ client: ServerClient, _ ledger: KeyLedger, _ moment: String) async throws -> Int {
        let certain = ledger.certain()
        let codes = try await client.verify(certain.map(\.secret))
        let wrong = zip(certain, codes).filter { $0.code != $1 }.map { "\($0.code) became \($1)" }
        #expect(wrong.isEmpty, "\(moment), seed \(TestRun.seed)")
        // The way in that a proxy takes.
        if let revoked = certain.first(where: { $0.code == "revoked_key" }) {
            let answer = try await client.send(.data, .GET, "/v1/authorize", secret: revoked.secret)
            #expect(answer.status == 401 && answer.code == "revoked_key", "\(moment): \(answer.text)")
        }
        let audit = try await client.send(.admin, .GET, "/v1/audit/verify")
        #expect(audit["intact"]?.bool == true, "\(moment): \(audit.text)")
        return certain.count
    }

    private func expectAuditVerified(_ installation: Installation) async throws {
        let command = [BuiltProgram.lanyard, "audit", "verify", "--database", "sqlite:\(installation.database)"]
        let verified = try await FinishedCommand.run(command, in: installation)
        #expect(verified.end == .exit(0), "\(verified.output)")
        #expect(verified.output.contains("intact"), "\(verified.output)")
    }
}
