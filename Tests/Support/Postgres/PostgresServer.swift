import Foundation
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

// # A PostgreSQL server of a test's own
//
// It has a folder of its own, listens on loopback alone, and ends with the process that started it, however that ends: a
// shell stands between them whose input is a pipe from here, and when nobody holds the pipe any more the shell ends the
// server and removes the folder.
//
// PostgreSQL refuses to run as root; there it is run as the user `postgres`.

/// A server that a test starts, hurts and ends.
package final class PostgresServer: Sendable {
    /// How a server is told to end.
    package enum Stop: String, Sendable {
        /// Its clients are sent away, and what is in memory is written down.
        case fast
        /// At once, as in a crash: it recovers at the next start.
        case immediate
    }

    /// The role that databases belong to; it has no special rights.
    package static let user = "lanyard"

    /// The password of ``user`` and of the superuser, made for this server.
    package let password: String
    /// A file with ``password``.
    package let passwordFile: String
    package let port: Int
    private let folder: String
    private let settings: [String: String]
    private let processEnvironment: [String: String]
    private let running = Mutex<Running?>(nil)
    private let databases = Mutex(0)

    private struct Running {
        let shell: Process
        /// Closing it ends the server.
        let lifeline: FileHandle
    }

    private init(
        folder: String, port: Int, settings: [String: String], environment: [String: String], password: String
    ) {
        self.folder = folder
        self.port = port
        self.settings = settings
        processEnvironment = environment
        self.password = password
        passwordFile = "\(folder)/password"
    }

    deinit {
        let lifeline = running.withLock { $0.take()?.lifeline }
        if let lifeline { try? lifeline.close() } else { try? FileManager.default.removeItem(atPath: folder) }
    }

    /// Makes a server and waits until it serves. `settings` are those of `postgresql.conf`, `environment` is its process's
    /// beside what it inherits.
    package static func start(
        settings: [String: String] = [:], environment: [String: String] = [:]
    ) async throws -> PostgresServer {
        let server = try make(settings, environment)
        try await server.prepare()
        try await server.start()
        try await server.run("CREATE ROLE \(user) LOGIN PASSWORD '\(server.password)'")
        return server
    }

    /// The address of a database, as ``user``.
    package func url(_ database: String) -> String { "postgres://\(Self.user)@127.0.0.1:\(port)/\(database)" }

    /// What a process needs to be let in.
    package var environment: [String: String] { ["PGPASSWORD": password] }

    /// Makes an empty database that belongs to ``user``, and returns its name.
    package func makeDatabase() async throws -> String {
        let name = databases.withLock { count in
            count += 1
            return "test\(count)"
        }
        try await run("CREATE DATABASE \(name) OWNER \(Self.user)")
        return name
    }

    /// Makes an empty database and returns its address.
    package func makeDatabaseURL() async throws -> String { url(try await makeDatabase()) }

    /// All of a database, as SQL.
    package func dump(_ database: String) async throws -> String {
        let address = ["-h", "127.0.0.1", "-p", "\(port)", "-U", "postgres", database]
        return try await PostgresProgram.run("pg_dump", address, environment: environment)
    }

    /// Runs what ``dump(_:)`` has written, as ``user``, in one transaction.
    package func restore(_ file: String, into database: String) async throws {
        let arguments = ["-X", "-q", "-1", "-v", "ON_ERROR_STOP=1", "-f", file]
        let address = ["-h", "127.0.0.1", "-p", "\(port)", "-U", Self.user, database]
        try await PostgresProgram.run("psql", arguments + address, environment: environment)
    }

    /// Runs SQL as the superuser; what it printed, without headings.
    @discardableResult
    package func run(_ sql: String, in database: String = "postgres") async throws -> String {
        let arguments = ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", sql]
        let address = ["-h", "127.0.0.1", "-p", "\(port)", "-U", "postgres", database]
        return try await PostgresProgram.run("psql", arguments + address, environment: environment)
    }
}

// MARK: - Life

extension PostgresServer {
    private static func make(
        _ settings: [String: String], _ environment: [String: String], password: String = UUID().uuidString
    ) throws -> PostgresServer {
        // Short, and where any user may go: in the folder for temporary files that tests are given, others may not.
        let folder = "/tmp/lanyard-postgres-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o755])
        return PostgresServer(
            folder: folder, port: try FreePort.find(), settings: settings, environment: environment,
            password: password)
    }

    private var data: String { "\(folder)/data" }
    /// Is there while the server is told to end, so that its guardian knows that it was meant.
    private var stopping: String { "\(folder)/stopping" }

    private func writePassword() async throws {
        try Data("\(password)\n".utf8).write(to: URL(fileURLWithPath: passwordFile))
        try await PostgresProgram.give(folder)
    }

    private func prepare() async throws {
        try await writePassword()
        try await PostgresProgram.run(
            "initdb",
            [
                "-D", data, "-U", "postgres", "-A", "scram-sha-256", "--pwfile", passwordFile, "-E", "UTF8",
                "--locale=C", "--no-sync", "--no-instructions",
            ], asServer: true)
    }

    /// Makes a standby that follows this server, and starts it.
    package func makeStandby() async throws -> PostgresServer {
        let standby = try Self.make([:], processEnvironment, password: password)
        try await standby.writePassword()
        try await PostgresProgram.run(
            "pg_basebackup",
            [
                "-D", standby.data, "-h", "127.0.0.1", "-p", "\(port)", "-U", "postgres", "-R", "--no-sync", "-c",
                "fast",
            ],
            asServer: true, environment: environment)
        try await standby.start()
        return standby
    }

    /// From now on who connects may use TLS, and is shown this certificate; with `nil` nobody may.
    package func encrypt(with certificate: ServerCertificate?) async throws {
        var settings = ["ssl": certificate == nil ? "off" : "on"]
        if let certificate {
            for (setting, text) in ["ssl_cert_file": certificate.certificate, "ssl_key_file": certificate.key] {
                let file = "\(folder)/\(setting).pem"
                try Data(text.utf8).write(to: URL(fileURLWithPath: file))
                try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
                try await PostgresProgram.give(file)
                settings[setting] = file
            }
        }
        // The files before what makes them be read.
        for (setting, value) in settings.sorted(by: { $0.key > $1.key }) {
            try await run("ALTER SYSTEM SET \(setting) = '\(value)'")
        }
        try await run("SELECT pg_reload_conf()")
        let state = "\(settings["ssl"] ?? "")\n"
        try await eventually("new connections have another encryption", log: { log }) {
            try await run("SHOW ssl") == state
        }
    }

    /// Starts it, for the first time or after it was stopped, and waits until it serves.
    package func start() async throws {
        var options = [
            "listen_addresses": "127.0.0.1", "port": "\(port)", "unix_socket_directories": "", "fsync": "on",
            "max_connections": "200", "shared_buffers": "32MB", "log_min_messages": "warning",
        ]
        options.merge(settings) { $1 }
        let arguments = options.sorted { $0.key < $1.key }.flatMap { ["-c", "\($0.key)=\($0.value)"] }
        let shell = Process()
        let pipe = Pipe()
        shell.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        shell.arguments =
            PostgresProgram.asServer + ["env"]
            // Not before it is the server's own user: a preloaded library would leave things behind that are another's.
            + processEnvironment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" } + [
                "bash", "-c", Self.guardian, folder, PostgresProgram.path("postgres"), "-D", data,
            ]
            + arguments
        shell.currentDirectoryURL = URL(fileURLWithPath: folder)
        shell.standardInput = pipe
        let log = "\(folder)/log"
        if !FileManager.default.fileExists(atPath: log) { try Data().write(to: URL(fileURLWithPath: log)) }
        let output = try FileHandle(forUpdating: URL(fileURLWithPath: log))
        try output.seekToEnd()
        shell.standardOutput = output
        shell.standardError = output
        try? FileManager.default.removeItem(atPath: stopping)
        try shell.run()
        try? pipe.fileHandleForReading.close()
        running.withLock {
            $0 = Running(shell: shell, lifeline: pipe.fileHandleForWriting)
        }
        try await waitUntilItServes(shell)
    }

    /// Ends the server when its input ends, and removes the folder `$0`; a server that ends by itself leaves the folder,
    /// for it may be started again. For bash, because others wait for a child by its signal, which may be blocked here.
    private static let guardian = """
        cd /
        exec 3<&0
        "$@" 3<&- &
        server=$!
        { read -r _; if [ ! -e "$0/stopping" ]; then touch "$0/abandoned"; kill -QUIT $server; fi; } <&3 3<&- &
        lifeline=$!
        exec 3<&-
        wait $server
        kill -KILL $lifeline 2> /dev/null
        if [ -e "$0/abandoned" ]; then rm -rf "$0"; fi
        # What libfaketime leaves behind where it was preloaded.
        if [ -n "$LD_PRELOAD" ]; then rm -f "/dev/shm/faketime_shm_$$" "/dev/shm/sem.faketime_sem_$$"; fi
        """

    private func waitUntilItServes(_ shell: Process) async throws {
        let start = ContinuousClock.now
        while ContinuousClock.now - start < .seconds(120) {
            if !shell.isRunning { break }
            if (try? await run("SELECT 1")) != nil { return }
            try await Task.sleep(for: .milliseconds(20))
        }
        let log = FileManager.default.contents(atPath: "\(folder)/log").map { String(decoding: $0, as: UTF8.self) }
        throw PostgresProgram.Failure(description: "the server does not serve: \(log ?? "")")
    }

    /// The server's process.
    package var id: Int32? {
        guard let content = FileManager.default.contents(atPath: "\(data)/postmaster.pid") else { return nil }
        return String(decoding: content, as: UTF8.self).split(separator: "\n").first.flatMap { Int32($0) }
    }

    /// Ends it; it can be started again.
    package func stop(_ how: Stop = .fast) async throws {
        guard let running = running.withLock({ $0.take() }), let id else { return }
        try Data().write(to: URL(fileURLWithPath: stopping))
        kill(id, how == .fast ? SIGINT : SIGQUIT)
        // Once the shell has heard of its end, nobody has this number any more.
        while kill(id, 0) == 0 { try await Task.sleep(for: .milliseconds(10)) }
        try? running.lifeline.close()
    }

    /// Stops all its processes where they are: connections stay, and nothing answers.
    package func pause() async throws {
        guard let id else { return }
        // The first, so that it makes no new ones.
        kill(id, SIGSTOP)
        for child in try await children(of: id) { kill(child, SIGSTOP) }
    }

    /// Lets its processes go on.
    package func resume() async throws {
        guard let id else { return }
        for child in try await children(of: id) { kill(child, SIGCONT) }
        kill(id, SIGCONT)
    }

    private func children(of id: Int32) async throws -> [Int32] {
        let output = try await PostgresProgram.run("/usr/bin/env", ["pgrep", "-P", "\(id)"])
        return output.split(separator: "\n").compactMap { Int32($0) }
    }

    /// What it has logged.
    package var log: String {
        FileManager.default.contents(atPath: "\(folder)/log").map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
}
