import Foundation
import LanyardTesting
import LanyardWire
import NIOHTTP1
import TestSupport
import Testing

@Suite("Backup and restoration")
struct BackupTests {
    private func store(_ arguments: [String], _ installation: Installation) async throws -> FinishedCommand {
        try await FinishedCommand.run(
            [BuiltProgram.lanyard, "store"] + arguments + ["--database", "sqlite:\(installation.database)"],
            in: installation)
    }

    @Test("a backup that is made under load holds every key and revocation that was acknowledged before it began")
    func underLoad() async throws {
        print("LANYARD_SEED=\(TestRun.seed): backups under changes")
        var random = SeededGenerator(seed: TestRun.seed)
        let installation = try Installation()
        let server = try await installation.start()
        let ledger = KeyLedger()
        let changes = ChangeClient(client: server.client, ledger: ledger)
        let seeds = (0..<4).map { _ in random.next() }
        let backup = installation.file("backup.sqlite")
        let (before, audited) = try await withThrowingTaskGroup(of: Void.self) { group in
            for seed in seeds { group.addTask { await changes.run(seed: seed) } }
            do {
                try await eventually("there is something to back up") { ledger.changes > (TestRun.isLong ? 5_000 : 60) }
                let (before, audited) = (ledger.keys, ledger.audited)
                let made = try await store(["backup", backup], installation)
                #expect(made.end == .exit(0), "\(made.output)")
                try await eventually("something was changed after the backup") { ledger.audited.count > audited.count }
                await server.kill()
                return (before, audited)
            } catch {
                await server.kill()
                throw error
            }
        }
        let mode = try FileManager.default.attributesOfItem(atPath: backup)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        let twice = try await store(["backup", backup], installation)
        #expect(twice.end == .exit(1) && twice.output.contains("exists"), "\(twice.output)")

        try await restore(backup, installation)
        let restored = try await installation.start()
        let codes = try await restored.client.verify(before.map(\.current))
        for (key, code) in zip(before, codes) {
            #expect(code != "unknown_key" && code != "none", "seed \(TestRun.seed): \(key.id) is \(code)")
            // It may have been revoked while the backup was made; what was revoked before must be so.
            if key.state == .revoked { #expect(code == "revoked_key", "seed \(TestRun.seed): \(key.id)") }
        }
        let audit = try await restored.client.send(.admin, .GET, "/v1/audit/verify")
        #expect(audit["intact"]?.bool == true, "\(audit.text)")
        let missing = audited.subtracting(try await restored.client.auditEntries())
        #expect(missing.isEmpty, "the audit log has forgotten \(missing)")
        #expect(await restored.stop() == .exit(0))
        print("    \(before.count) keys were there when the backup began")
    }

    /// As docs/operations.md tells: what there is goes away first, and nothing is replaced.
    private func restore(_ backup: String, _ installation: Installation) async throws {
        let inTheWay = try await store(["restore", backup], installation)
        #expect(inTheWay.end == .exit(1) && inTheWay.output.contains("move it"), "\(inTheWay.output)")
        for suffix in ["", "-wal", "-shm"] {
            let path = installation.database + suffix
            guard FileManager.default.fileExists(atPath: path) else { continue }
            try FileManager.default.moveItem(atPath: path, toPath: path + ".old")
        }
        let restored = try await store(["restore", backup], installation)
        #expect(restored.end == .exit(0) && restored.output.contains("revoke them anew"), "\(restored.output)")
    }

    @Test("what is no backup is not restored, and leaves nothing behind")
    func noBackup() async throws {
        let installation = try Installation()
        for (name, content) in [("text", "no database"), ("empty", "")] {
            let file = installation.file(name)
            try Data(content.utf8).write(to: URL(fileURLWithPath: file))
            let refused = try await store(["restore", file], installation)
            #expect(refused.end == .exit(1), "\(name): \(refused.output)")
        }
        let missing = try await store(["restore", installation.file("missing")], installation)
        #expect(missing.end == .exit(1), "\(missing.output)")
        let left = try FileManager.default.contentsOfDirectory(atPath: installation.folder)
        #expect(left.filter { $0.hasPrefix("lanyard.sqlite") } == ["lanyard.sqlite.lock"])
    }

    @Test("a dump of PostgreSQL that is made while servers write is restored into an empty database, and served")
    func postgres() async throws {
        let postgres = try await PostgresServer.start()
        let database = try await postgres.makeDatabase()
        let installation = try Installation()
        let login = ["--database-password-file", postgres.passwordFile]
        let server = try await installation.start(["--database", postgres.url(database)] + login)
        let ledger = KeyLedger()
        let changes = ChangeClient(client: server.client, ledger: ledger)
        let before = try await withThrowingTaskGroup(of: Void.self) { group in
            for client in 0..<4 { group.addTask { await changes.run(seed: TestRun.seed &+ UInt64(client)) } }
            do {
                try await eventually("there is something to back up") { ledger.changes > 40 }
                let before = ledger.keys
                try Data(try await postgres.dump(database).utf8).write(
                    to: URL(fileURLWithPath: installation.file("dump.sql")))
                await server.kill()
                return before
            } catch {
                await server.kill()
                throw error
            }
        }
        let empty = try await postgres.makeDatabase()
        try await postgres.restore(installation.file("dump.sql"), into: empty)
        let restored = try await installation.start(["--database", postgres.url(empty)] + login)
        let codes = try await restored.client.verify(before.map(\.current))
        for (key, code) in zip(before, codes) {
            #expect(code != "unknown_key" && code != "none", "seed \(TestRun.seed): \(key.id) is \(code)")
            if key.state == .revoked { #expect(code == "revoked_key", "seed \(TestRun.seed): \(key.id)") }
        }
        let audit = try await restored.client.send(.admin, .GET, "/v1/audit/verify")
        #expect(audit["intact"]?.bool == true, "\(audit.text)")
        #expect(await restored.stop() == .exit(0))
    }
}
