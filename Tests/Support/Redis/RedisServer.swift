import Foundation
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

// # A Redis server of a test's own
//
// It keeps nothing on disk, listens on loopback alone, and ends with the process that started it, however that ends: as
// with `PostgresServer`, a shell stands between that holds a pipe from here.

/// A server that a test starts, hurts and ends.
package final class RedisServer: Sendable {
    package let port: Int
    /// What clients must know; `nil` lets everybody in.
    package let password: String?
    /// The file of the certificate that it shows, which is its own authority; `nil` without TLS.
    package let authorityFile: String?
    private let folder: TemporaryFolder
    private let environment: [String: String]
    private let running = Mutex<Running?>(nil)

    private struct Running {
        let shell: Process
        /// Closing it ends the server.
        let lifeline: FileHandle
    }

    private init(
        folder: TemporaryFolder, port: Int, password: String?, certificate: ServerCertificate?,
        settings: [String: String], environment: [String: String]
    ) throws {
        self.folder = folder
        self.environment = environment
        self.port = port
        self.password = password
        var all = [
            "bind": "127.0.0.1", "port": "\(port)", "save": "\"\"", "appendonly": "no", "daemonize": "no",
            "dir": folder.path, "pidfile": folder.file("pid"), "logfile": "\"\"",
        ]
        if let password { all["requirepass"] = password }
        if let certificate {
            let file = try folder.write(certificate.certificate, to: "server.pem")
            all["port"] = "0"
            all["tls-port"] = "\(port)"
            all["tls-cert-file"] = file
            all["tls-key-file"] = try folder.write(certificate.key, to: "server.key")
            all["tls-auth-clients"] = "no"
            authorityFile = file
        } else {
            authorityFile = nil
        }
        all.merge(settings) { $1 }
        let lines = all.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)\n" }
        try folder.write(lines.joined(), to: "redis.conf")
    }

    deinit {
        try? running.withLock { $0.take()?.lifeline }?.close()
    }

    /// Makes a server and waits until it serves. `settings` are those of `redis.conf`, `environment` is its process's
    /// beside the usual one.
    package static func start(
        password: String? = nil, certificate: ServerCertificate? = nil, settings: [String: String] = [:],
        environment: [String: String] = [:]
    ) async throws -> RedisServer {
        let server = try RedisServer(
            folder: TemporaryFolder(), port: FreePort.find(), password: password, certificate: certificate,
            settings: settings, environment: environment)
        try await server.start()
        return server
    }

    /// The address of a database.
    package func url(_ database: Int = 0) -> String {
        guard let authorityFile else { return "valkey://127.0.0.1:\(port)/\(database)" }
        return "valkeys://127.0.0.1:\(port)/\(database)?cafile=\(authorityFile)"
    }

    /// Starts it, for the first time or after it was stopped, and waits until it serves. It has forgotten everything.
    package func start() async throws {
        let shell = Process()
        let pipe = Pipe()
        shell.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        shell.arguments = ["bash", "-c", Self.guardian, "redis", "redis-server", folder.file("redis.conf")]
        shell.currentDirectoryURL = URL(fileURLWithPath: folder.path)
        shell.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        shell.standardInput = pipe
        try Data().write(to: URL(fileURLWithPath: folder.file("log")))
        let output = try FileHandle(forWritingTo: URL(fileURLWithPath: folder.file("log")))
        shell.standardOutput = output
        shell.standardError = output
        try shell.run()
        try? pipe.fileHandleForReading.close()
        running.withLock { $0 = Running(shell: shell, lifeline: pipe.fileHandleForWriting) }
        try await eventually("Redis serves", log: { log }) {
            guard shell.isRunning else { throw Unfulfilled(description: "Redis has ended: \(log)") }
            return log.contains("Ready to accept connections")
        }
    }

    /// Ends the server when its input ends. A stopped server hears no other signal.
    private static let guardian = """
        exec 3<&0
        "$@" 3<&- < /dev/null &
        server=$!
        { read -r _; kill -KILL $server; } <&3 3<&- 2> /dev/null &
        lifeline=$!
        exec 3<&-
        wait $server
        kill -KILL $lifeline 2> /dev/null
        """

    /// The server's process.
    package var id: Int32? {
        folder.read("pid").flatMap { Int32($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
    }

    /// Ends it at once, as in a crash; it can be started again.
    package func stop() async throws {
        guard let running = running.withLock({ $0.take() }), let id else { return }
        kill(id, SIGKILL)
        // Once the shell has heard of its end, nobody has this number any more.
        while kill(id, 0) == 0 { try await Task.sleep(for: .milliseconds(10)) }
        try? running.lifeline.close()
    }

    /// Stops its process where it is: connections stay, the kernel still makes new ones, and nothing answers.
    package func pause() {
        if let id { kill(id, SIGSTOP) }
    }

    /// Lets it go on.
    package func resume() {
        if let id { kill(id, SIGCONT) }
    }

    /// Carries out a command, as the default user; what it answered.
    @discardableResult
    package func command(_ words: String...) async throws -> String {
        let encryption = authorityFile.map { ["--tls", "--cacert", $0] } ?? []
        return try await PostgresProgram.run(
            "redis-cli", ["-h", "127.0.0.1", "-p", "\(port)"] + encryption + words,
            environment: password.map { ["REDISCLI_AUTH": $0] } ?? [:])
    }

    /// What it has logged.
    package var log: String { folder.read("log") ?? "" }
}
