import Foundation
import LanyardCore
import LanyardManagement
import TestSupport
import Testing

@testable import LanyardServer

@Suite("The first administrator's secret")
struct FirstAdministratorTests {
    @Test("it is written once, for its owner alone, and works")
    func once() async throws {
        let test = try TestServer()
        var server = try await test.start()
        let secret = try test.adminSecret
        #expect(Secret(text: secret) != nil)
        #expect(test.folder.permissions("admin.key") == 0o600)
        #expect(!test.folder.exists("admin.key.new"))
        #expect(try await get("http://\(server.addresses.admin)/v1/keys", secret: secret).status == 200)
        try await server.stop()

        try FileManager.default.removeItem(atPath: test.configuration.adminKeyFile)
        server = try await test.start()
        #expect(!test.folder.exists("admin.key"))
        #expect(try await get("http://\(server.addresses.admin)/v1/keys", secret: secret).status == 200)
        try await server.stop()
    }

    @Test("a file that exists is never replaced, and nothing is made")
    func existingFile() async throws {
        let test = try TestServer()
        try test.folder.write("another store's only secret", to: "admin.key")
        let failure = try await test.failure()
        #expect(failure.sentence.contains("admin.key exists"))
        #expect(failure.fix?.contains("--admin-key-file") == true)
        #expect(try test.adminSecret == "another store's only secret")

        try FileManager.default.removeItem(atPath: test.configuration.adminKeyFile)
        let server = try await test.start()
        let keys = try await server.engine.keys(project: "lanyard")
        #expect(keys.map(\.name) == ["first administrator"])
        try await server.stop()
    }

    @Test("killed before the draft took its name, the next start finishes the step")
    func interrupted() async throws {
        let test = try TestServer()
        try await test.start().stop()
        let secret = try test.adminSecret
        try FileManager.default.moveItem(
            atPath: test.folder.file("admin.key"), toPath: test.folder.file("admin.key.new"))
        let server = try await test.start()
        #expect(try test.adminSecret == secret)
        #expect(!test.folder.exists("admin.key.new"))
        #expect(try await server.engine.keys(project: "lanyard").count == 1)
        try await server.stop()
    }

    @Test("killed before the key was made, the next start makes another secret in the draft's place")
    func killedBeforeTheKey() async throws {
        let test = try TestServer()
        let lost = try makeSecret().reveal()
        try test.folder.write(lost + "\n", to: "admin.key.new")
        let server = try await test.start()
        #expect(try test.adminSecret != lost)
        #expect(!test.folder.exists("admin.key.new"))
        #expect(try await get("http://\(server.addresses.admin)/v1/keys", secret: try test.adminSecret).status == 200)
        try await server.stop()
    }

    @Test("a draft that this store knows nothing of is left alone")
    func foreignDraft() async throws {
        let test = try TestServer()
        try await test.start().stop()
        try FileManager.default.removeItem(atPath: test.configuration.adminKeyFile)
        let foreign = try makeSecret().reveal()
        try test.folder.write(foreign, to: "admin.key.new")
        try await test.start().stop()
        #expect(!test.folder.exists("admin.key"))
        #expect(try String(contentsOfFile: test.folder.file("admin.key.new"), encoding: .utf8) == foreign)
    }

    @Test("where the file can't be written, no key is made, and the sentence says so")
    func unwritable() async throws {
        var test = try TestServer()
        let path = test.configuration.adminKeyFile
        test.configuration.adminKeyFile = test.folder.file("nowhere/admin.key")
        let failure = try await test.failure()
        #expect(failure.sentence.contains("nowhere/admin.key: no such file or directory"))
        test.configuration.adminKeyFile = path
        let server = try await test.start()
        #expect(try await server.engine.keys(project: "lanyard").count == 1)
        try await server.stop()
    }

    @Test("an administrator can be recovered while no server runs, and then only")
    func recovery() async throws {
        let test = try TestServer()
        let database = test.configuration.database
        let missing = await #expect(throws: StartFailure.self) {
            try await OfflineStore.recoverAdministrator(of: database)
        }
        #expect(missing?.sentence.contains("there is no such file") == true)

        var server = try await test.start()
        let locked = await #expect(throws: StartFailure.self) {
            try await OfflineStore.recoverAdministrator(of: database)
        }
        #expect(locked?.fix?.contains("End the process") == true)
        try await server.stop()

        let (id, secret) = try await OfflineStore.recoverAdministrator(of: database)
        #expect(try await OfflineStore.verifyAuditLog(of: database).isIntact)
        server = try await test.start()
        #expect(try await get("http://\(server.addresses.admin)/v1/keys", secret: secret.reveal()).status == 200)
        #expect(try await server.engine.key(id)?.name == "recovered administrator")
        try await server.stop()
    }

    private func makeSecret() throws -> Secret {
        Secret.generate(prefix: try #require(SecretPrefix("lanyard")), environment: .live)
    }
}
