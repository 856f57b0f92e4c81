import Foundation
import LanyardSQLite
import TestSupport
import Testing

@Suite("What keeps a server from starting", .serialized)
struct StartFaultTests {
    private let installation: Installation

    init() throws { installation = try Installation() }

    /// Expects that a start ends with `status`, telling `sentence` in one line, and `fix` in the next.
    private func expectRefused(
        _ status: Int32, _ more: [String], _ sentence: String, fix: String? = nil, wrapper: [String] = []
    ) async throws {
        let process = try installation.launch(more, wrapper: wrapper)
        #expect(await process.ended == .exit(status), "\(process.log)")
        let errors = process.log.split(separator: "\n").filter { $0.hasPrefix("error: ") }
        #expect(errors.count == 1, "\(process.log)")
        #expect(errors.first?.contains(sentence) == true, "\(process.log)")
        if let fix { #expect(process.log.contains("fix: \(fix)"), "\(process.log)") }
        #expect(!FileManager.default.fileExists(atPath: installation.file("ready.json")))
    }

    private func write(_ text: String, to name: String) throws -> String {
        try Data(text.utf8).write(to: URL(fileURLWithPath: installation.file(name)))
        return installation.file(name)
    }

    @Test("a configuration that can't be read or understood: status 2, naming file and setting, and nothing is made")
    func configuration() async throws {
        try await expectRefused(2, ["--config", installation.file("missing.yaml")], "missing.yaml")
        try await expectRefused(2, ["--config", installation.folder], "\(installation.folder)")
        let broken = try write("data: [127.0.0.1:0\n  x", to: "broken.yaml")
        try await expectRefused(2, ["--config", broken], "broken.yaml")
        let unknown = try write("databse: sqlite:x\n", to: "unknown.yaml")
        try await expectRefused(2, ["--config", unknown], "databse")
        let wrong = try write("max_body: lots\n", to: "wrong.yaml")
        try await expectRefused(2, ["--config", wrong], "max_body")
        try await expectRefused(2, ["--drain-timeout", "soon"], "--drain-timeout")
        #expect(!FileManager.default.fileExists(atPath: installation.database))
    }

    @Test("a port in use, by either listener: status 1, naming address and flag; the store is left closed")
    func ports() async throws {
        let other = try Installation()
        let holder = try await other.start()
        for flag in ["--data", "--admin"] {
            try await expectRefused(
                1, [flag, holder.client.data], "\(holder.client.data): the address is in use",
                fix: "End the program that listens there, or choose another address with \(flag)")
        }
        #expect(await holder.stop() == .exit(0))
        let server = try await installation.start()
        #expect(try await server.client.metric("lanyard_windows_reset_total") == 0)
        #expect(await server.stop() == .exit(0))
    }

    @Test("a ready file or an admin file that can't be written: status 1, naming it; the next start makes up for it")
    func files() async throws {
        let nowhere = installation.file("nowhere/file")
        try await expectRefused(1, ["--admin-key-file", nowhere], nowhere, fix: "Name a file in a folder")
        let taken = try write("somebody else's", to: "taken.key")
        try await expectRefused(1, ["--admin-key-file", taken], taken, fix: "Move it away")
        #expect(try String(contentsOfFile: taken, encoding: .utf8) == "somebody else's")
        try await expectRefused(1, ["--ready-file", nowhere], nowhere, fix: "Name a file in a folder")
        let server = try await installation.start()
        #expect(try await server.client.createKey("first").id.hasPrefix("key_"))
        #expect(await server.stop() == .exit(0))
    }

    @Test("a second process on the file: status 1, naming the first, which goes on")
    func secondProcess() async throws {
        let server = try await installation.start()
        let key = try await server.client.createKey("first")
        try await expectRefused(
            1, [], "process \(server.process.id) has \(installation.database) open",
            fix: "End the process that has it open")
        let recovery = try await FinishedCommand.run(
            [
                BuiltProgram.lanyard, "admin", "recover", "--database", "sqlite:\(installation.database)",
                "--admin-key-file", installation.file("second.key"),
            ], in: installation)
        #expect(recovery.end == .exit(1) && recovery.output.contains("has \(installation.database) open"))
        #expect(try await server.client.verify([key.secret]) == ["ok"])
        #expect(try await server.client.createKey("second").id.hasPrefix("key_"))
        #expect(await server.stop() == .exit(0))
    }

    @Test("a database that a newer version has written, or another program: status 1, and it is left as it is")
    func foreignDatabases() async throws {
        let server = try await installation.start()
        let key = try await server.client.createKey("first")
        #expect(await server.stop() == .exit(0))
        try await change("INSERT INTO grdb_migrations VALUES ('9 something later')")
        try await expectRefused(
            1, [], "sqlite:\(installation.database) can't be used: a newer version", fix: "Start the newer version")
        try await change("DELETE FROM grdb_migrations WHERE identifier LIKE '9%'")
        let again = try await installation.start()
        #expect(try await again.client.verify([key.secret]) == ["ok"])
        #expect(await again.stop() == .exit(0))
    }

    private func change(_ sql: String) async throws {
        let done = try await FinishedCommand.run(
            [
                "python3", "-c",
                "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute(sys.argv[2]); c.commit()",
                installation.database, sql,
            ], in: installation)
        #expect(done.end == .exit(0), "\(done.output)")
    }

    @Test("a file marked as read-only, and a folder that can't be written: status 1, and what to change")
    func readOnly() async throws {
        let server = try await installation.start()
        let key = try await server.client.createKey("first")
        #expect(await server.stop() == .exit(0))
        let files = FileManager.default
        try files.setAttributes([.posixPermissions: 0o400], ofItemAtPath: installation.database)
        try await expectRefused(
            1, [], "\(installation.database) is marked as read-only", fix: "Let this user write the file and its folder"
        )
        try files.setAttributes([.posixPermissions: 0o600], ofItemAtPath: installation.database)
        #if os(Linux)
            try await expectRefusedInReadOnlyFolder()
        #endif
        let again = try await installation.start()
        #expect(try await again.client.verify([key.secret]) == ["ok"])
        #expect(await again.stop() == .exit(0))
    }

    #if os(Linux)
        /// The superuser may write whatever the modes say, so the folder is mounted read-only, or the server is another
        /// user's where no mount is permitted.
        private func expectRefusedInReadOnlyFolder() async throws {
            let folder = installation.file("closed")
            let files = FileManager.default
            try files.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try files.copyItem(atPath: installation.database, toPath: folder + "/lanyard.sqlite")
            let database = ["--database", "sqlite:\(folder)/lanyard.sqlite"]
            var wrapper: [String] = []
            if geteuid() == 0 {
                let script = "mount --bind \"$0\" \"$0\" && mount -o remount,ro,bind \"$0\" && exec \"$@\""
                let canMount =
                    try await FinishedCommand.run(["unshare", "-m", "true"], in: installation).end == .exit(0)
                wrapper = canMount ? ["unshare", "-m", "sh", "-c", script, folder] : ["setpriv", "--reuid=65534"]
            } else {
                try files.setAttributes([.posixPermissions: 0o500], ofItemAtPath: folder)
            }
            try await expectRefused(
                1, database, folder + "/lanyard.sqlite", fix: "Let this user write the file and its folder",
                wrapper: wrapper)
            try files.setAttributes([.posixPermissions: 0o700], ofItemAtPath: folder)
        }
    #endif
}
