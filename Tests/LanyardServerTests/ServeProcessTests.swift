import Foundation
import LanyardServer
import TestSupport
import Testing

@Suite("lanyard serve, as a process")
struct ServeProcessTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private var arguments: [String] {
        ["--data", "127.0.0.1:0", "--admin", "127.0.0.1:0", "--ready-file", "ready.json", "--threads", "1"]
    }

    /// Runs exactly what is named, without the arguments of all others.
    private func serve(_ arguments: [String], environment: [String: String] = [:]) throws -> ServerProcess {
        try ServerProcess([BuiltProgram.lanyard, "serve"] + arguments, in: folder.path, environment: environment)
    }

    private func start(_ more: [String] = []) throws -> ServerProcess { try serve(arguments + more) }

    private func addresses(of process: ServerProcess) async throws -> (data: String, admin: String) {
        try await process.addresses(in: folder.file("ready.json"))
    }

    private var adminSecret: String {
        get throws {
            try String(contentsOfFile: folder.file("lanyard-admin.key"), encoding: .utf8)
                .trimmingCharacters(in: .newlines)
        }
    }

    @Test("SIGTERM and SIGINT end it in order, with status 0", arguments: [SIGTERM, SIGINT])
    func ending(signal: Int32) async throws {
        let process = try start(["--log-format", "json"])
        let (data, _) = try await addresses(of: process)
        #expect(try await get("http://\(data)/readyz").status == 200)
        process.send(signal)
        #expect(await process.ended == .exit(0))
        try await process.waitUntilLogged("lanyard has ended")
        #expect(!FileManager.default.fileExists(atPath: folder.file("ready.json")))
        for line in process.log.split(separator: "\n") {
            #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(line.utf8)) }
        }
        #expect(!process.log.contains(try adminSecret))
    }

    @Test("a second signal ends it at once, with status 1")
    func secondSignal() async throws {
        let process = try start()
        let (data, _) = try await addresses(of: process)
        let port = try #require(data.split(separator: ":").last.flatMap { Int($0) })
        let connection = try await RawConnection.connect(to: ListenAddress(host: "127.0.0.1", port: port))
        try await connection.send(
            "POST /v1/verify HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(try adminSecret)\r\n"
                + "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{")
        _ = try await get("http://\(data)/healthz")
        process.send(SIGTERM)
        try await process.waitUntilLogged("draining")
        // A second one within a second counts as the same: a terminal sends Ctrl-C to a whole group.
        try await Task.sleep(for: .milliseconds(1_200))
        let start = ContinuousClock.now
        process.send(SIGTERM)
        #expect(await process.ended == .exit(1))
        #expect(ContinuousClock.now - start < .seconds(TestRun.seconds(5)))
        try await process.waitUntilLogged("ended at once by a second signal")
        _ = try await connection.readToEnd()
    }

    @Test("killed, it starts again with all it had, and counts that windows may have been forgotten")
    func killed() async throws {
        let first = try start()
        _ = try await addresses(of: first)
        await first.kill()
        let secret = try adminSecret
        let second = try start()
        try await second.waitUntilLogged("lanyard serves")
        let (_, admin) = try await addresses(of: second)
        #expect(try await get("http://\(admin)/v1/keys", secret: secret).status == 200)
        #expect(try await get("http://\(admin)/metrics").body.contains("lanyard_windows_reset_total 1\n"))
        second.send(SIGTERM)
        #expect(await second.ended == .exit(0))
    }

    @Test("SIGHUP makes a renewed certificate serve at once")
    func renewal() async throws {
        let files = FileManager.default
        for (name, copy) in [("server.pem", "c.pem"), ("server.key", "k.pem")] {
            try files.copyItem(atPath: Fixture.path(name), toPath: folder.file(copy))
        }
        let process = try start(["--tls-cert", "c.pem", "--tls-key", "k.pem"])
        let (data, admin) = try await addresses(of: process)
        let (old, new) = (try Fixture.path("server.pem"), try Fixture.path("renewed.pem"))
        try await withTLSClient(trusting: old) { client in
            try await expectServed("https://\(data)/healthz", client)
        }
        for (name, copy) in [("renewed.pem", "c.pem"), ("renewed.key", "k.pem")] {
            try Data(contentsOf: URL(fileURLWithPath: Fixture.path(name)))
                .write(to: URL(fileURLWithPath: folder.file(copy)), options: .atomic)
        }
        process.send(SIGHUP)
        try await process.waitUntilLogged("a new certificate serves")
        for address in [data, admin] {
            try await withTLSClient(trusting: new) { client in
                try await expectServed("https://\(address)/healthz", client)
            }
            try await withTLSClient(trusting: old) { client in
                await #expect(throws: (any Error).self) { try await get("https://\(address)/healthz", client: client) }
            }
        }
        process.send(SIGTERM)
        #expect(await process.ended == .exit(0))
    }

    @Test("a reader of the log that goes away does not end it")
    func closedLog() async throws {
        let log = Pipe()
        let process = try ServerProcess(
            [BuiltProgram.lanyard, "serve"] + arguments + ["--log-level", "debug"], in: folder.path,
            output: log.fileHandleForWriting)
        let (data, admin) = try await addresses(of: process)
        try log.fileHandleForReading.close()
        for _ in 0..<10 {
            #expect(try await get("http://\(admin)/healthz").status == 200)
            #expect(try await get("http://\(data)/v1/authorize").status == 401)
        }
        process.send(SIGTERM)
        #expect(await process.ended == .exit(0))
    }

    @Test("wrong options end it with status 2, all of them told, and nothing made")
    func wrongOptions() async throws {
        let process = try serve(["--data", "nowhere"], environment: ["LANYARD_MAX_BODY": "lots"])
        #expect(await process.ended == .exit(2))
        try await process.waitUntilLogged("error: LANYARD_MAX_BODY: 'lots' is no size")
        #expect(process.log.contains("error: --data: 'nowhere' has no port"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }

    @Test("what prevents the start ends it with status 1, in a sentence and a remedy")
    func cannotStart() async throws {
        let first = try start()
        _ = try await addresses(of: first)
        let second = try serve(["--data", "127.0.0.1:0", "--admin", "127.0.0.1:0"])
        #expect(await second.ended == .exit(1))
        try await second.waitUntilLogged("fix: End the process that has it open")
        #expect(second.log.contains("error: The database sqlite:lanyard.sqlite can't be used"))
        first.send(SIGTERM)
        #expect(await first.ended == .exit(0))
    }

    @Test("it reads lanyard.yaml where it is started, and what it makes is its owner's alone")
    func workingFolder() async throws {
        try folder.write(
            """
            data: 127.0.0.1:0
            admin: 127.0.0.1:0
            ready_file: r.json
            database: sqlite:keys.db
            admin_key_file: a.key
            log_format: json
            """, to: "lanyard.yaml")
        let process = try serve([])
        _ = try await process.addresses(in: folder.file("r.json"))
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path)
        where name.hasPrefix("keys.db") || name == "a.key" {
            let attributes = try FileManager.default.attributesOfItem(atPath: folder.file(name))
            #expect(attributes[.posixPermissions] as? Int == 0o600, "\(name)")
        }
        process.send(SIGTERM)
        #expect(await process.ended == .exit(0))
        #expect(process.log.hasPrefix("{\"time\""))
    }
}
