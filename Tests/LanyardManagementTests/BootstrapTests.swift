import LanyardCore
import LanyardEngine
@testable import LanyardManagement
import LanyardSQLite
import LanyardStorage
import Logging
import Synchronization
import Testing

@Suite("The first start")
struct BootstrapTests {
    /// The file of the first administrator's secret.
    private final class File: Sendable {
        let texts = Mutex<[String]>([])
        var last: String? { texts.withLock { $0.last } }
        var writes: Int { texts.withLock { $0.count } }
        func write(_ secret: Secret) { texts.withLock { $0.append(secret.reveal()) } }
    }

    /// The file can't be written.
    private struct DiskFull: Error {}

    /// A store as it is before anything was done to it.
    private func fresh() async throws -> Management {
        Management(
            engine: try await KeyEngine(.inMemory, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }))
    }

    private func adminKeys(_ management: Management) async throws -> [KeyRecord] {
        var listing = KeyListing()
        listing.project = .id(ProjectRecord.lanyardID)
        return try await management.keys(listing, page: Page(), as: .operator).items.map(\.record)
    }

    /// What the engine makes of a text, for a demand of project `lanyard`.
    private func opens(_ text: String, _ management: Management) async throws -> KeyID? {
        let secret = try #require(Secret(text: text))
        return try await management.engine.store.read { try $0.secret(secret.digest)?.key }
    }

    @Test("projects, roles and one administrator are there, whose secret is in the file")
    func first() async throws {
        let management = try await fresh()
        let file = File()
        let outcome = try await management.bootstrap { file.write($0) }
        let keys = try await adminKeys(management)
        let key = try #require(keys.first)
        #expect(keys.count == 1)
        #expect(outcome == .written(key.id))
        let text = try #require(file.last)
        #expect(text.hasPrefix("lya_live_"))
        #expect(try await opens(text, management) == key.id)
        let details = try await management.key(key.id, as: .operator)
        #expect(AdministrativeScope.allCases.allSatisfy { details.effectiveScopes.coversAllProjects($0.name) })
        let projects = try await management.projects(named: nil, page: Page(), as: .operator).items
        #expect(Set(projects.map(\.name)) == ["default", "lanyard"])
        let roles = try await management.roles(named: nil, page: Page(), as: .operator).items
        #expect(Set(roles.map(\.name)) == ["admin", "developer", "monitoring"])
        #expect(roles.allSatisfy { $0.isBuiltIn })
    }

    @Test("every later start changes nothing")
    func later() async throws {
        let management = try await fresh()
        let file = File()
        try await management.bootstrap { file.write($0) }
        let epoch = try await management.engine.store.read { try $0.epoch() }
        #expect(try await management.bootstrap { file.write($0) } == .existing)
        #expect(file.writes == 1)
        #expect(try await management.engine.store.read { try $0.epoch() } == epoch)
    }

    @Test("it is not done again when the key was deleted since")
    func deleted() async throws {
        let management = try await fresh()
        let file = File()
        try await management.bootstrap { file.write($0) }
        let key = try #require(await adminKeys(management).first)
        _ = try await management.revokeKey(key.id, reason: nil, as: .operator)
        try await management.deleteKey(key.id, as: .operator)
        #expect(try await management.bootstrap { file.write($0) } == .existing)
        #expect(try await adminKeys(management).isEmpty)
    }

    @Test("a file that can't be written leaves no key, and the next start begins anew")
    func unwritten() async throws {
        let management = try await fresh()
        await #expect(throws: DiskFull.self) { try await management.bootstrap { _ in throw DiskFull() } }
        #expect(try await adminKeys(management).isEmpty)
        let file = File()
        try await management.bootstrap { file.write($0) }
        let key = try #require(await adminKeys(management).first)
        #expect(try await opens(try #require(file.last), management) == key.id)
    }

    @Test("killed between the file and the key, the next start replaces the file, and there is one key")
    func killedBetween() async throws {
        let management = try await fresh()
        let file = File()
        // The process ends right after the file was written: nothing of the transaction happens.
        await #expect(throws: DiskFull.self) {
            try await management.bootstrap { secret in
                file.write(secret)
                throw DiskFull()
            }
        }
        let orphan = try #require(file.last)
        #expect(try await opens(orphan, management) == nil)
        try await management.bootstrap { file.write($0) }
        #expect(try await adminKeys(management).count == 1)
        #expect(file.last != orphan)
        #expect(try await opens(try #require(file.last), management) != nil)
    }

    @Test("of two that start at once one makes the key, and the other knows that its file opens nothing")
    func twoAtOnce() async throws {
        let management = try await fresh()
        try await management.seed()
        // Both have found no marker and have written their files.
        let secrets = [0, 1].map { _ in Secret.generate(prefix: ProjectRecord.lanyardPrefix, environment: .live) }
        let first = try await management.makeFirstAdministrator(openedBy: secrets[0])
        #expect(try await management.makeFirstAdministrator(openedBy: secrets[1]) == .superseded)
        let keys = try await adminKeys(management)
        #expect(keys.map(\.id).map(FirstAdministrator.written) == [first])
        #expect(try await opens(secrets[1].reveal(), management) == nil)
    }

    @Test("an administrator can be recovered offline, and the log says so")
    func recovering() async throws {
        let management = try await fresh()
        let issued = try await management.recoverAdmin()
        #expect(issued.details.effectiveScopes.coversAllProjects(AdministrativeScope.admin.name))
        #expect(try await opens(issued.secret.reveal(), management) == issued.details.record.id)
        let entries = try await management.auditEntries(AuditFilter(), before: nil, limit: 1, as: .operator).items
        #expect(entries.first?.event.action == "admin.recover")
        #expect(entries.first?.event.actorName == "operator")
        // The first administrator's secret is another matter.
        let file = File()
        try await management.bootstrap { file.write($0) }
        #expect(file.writes == 1)
        #expect(try await adminKeys(management).count == 2)
    }
}
