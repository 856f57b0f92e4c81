import Foundation
import TestSupport
import Testing

/// A proxy that runs on its documented configuration, with other ports.
final class RunningProxy: Sendable {
    /// Where `docs/proxies` lets everything listen: as whole words, these are the only things that are replaced.
    enum DocumentedPort {
        static let proxy = 8000
        static let lanyard = 8080
        static let service = 9000
    }

    let proxy: Proxy
    let port: Int
    private let process: ServerProcess

    private init(_ proxy: Proxy, port: Int, _ process: ServerProcess) {
        self.proxy = proxy
        self.port = port
        self.process = process
    }

    /// Starts a proxy and returns once it asks Lanyard: a request without a key is answered with 401.
    static func start(_ proxy: Proxy, lanyard: Int, service: Int, in folder: URL) async throws -> RunningProxy {
        // A port that was free may have been taken by another program since.
        for _ in 0..<5 {
            let port = try await Loopback.freePort()
            try configure(proxy, in: folder, ports: [port, lanyard, service])
            let (program, arguments) = try proxy.command(in: folder)
            // Caddy keeps its state by HOME.
            let process = try ServerProcess(
                [program.path] + arguments, in: folder.path, environment: ["HOME": folder.path])
            let running = RunningProxy(proxy, port: port, process)
            if try await running.isServing() { return running }
        }
        throw Failure("\(proxy) does not start")
    }

    struct Failure: Error, CustomStringConvertible {
        let description: String

        init(_ description: String) { self.description = description }
    }

    /// False if it has ended by itself.
    private func isServing() async throws -> Bool {
        let deadline = ContinuousClock.now + .seconds(TestRun.seconds(120))
        while ContinuousClock.now < deadline {
            guard process.endedAlready == nil else { return false }
            if let answer = try? await RawRequest("GET", "/").send(to: port), answer.status == 401 { return true }
            try await Task.sleep(for: .milliseconds(50))
        }
        let text = process.log
        await process.kill()
        throw Failure("\(proxy) never asked Lanyard: \(text)")
    }

    /// Copies the documented files, with these ports and with their own place for the one under `/etc`.
    private static func configure(_ proxy: Proxy, in folder: URL, ports: [Int]) throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: proxy.documented.path) {
            let text = try String(contentsOf: proxy.documented.appending(path: name), encoding: .utf8)
            try adapted(text, proxy, folder, ports).write(
                to: folder.appending(path: name), atomically: true, encoding: .utf8)
        }
        for (name, text) in proxy.surroundings(in: folder) {
            try text.write(to: folder.appending(path: name), atomically: true, encoding: .utf8)
        }
    }

    private static func adapted(_ text: String, _ proxy: Proxy, _ folder: URL, _ ports: [Int]) -> String {
        text.replacing(/\b(8000|8080|9000)\b/) { match in
            switch Int(match.1) {
            case DocumentedPort.proxy: String(ports[0])
            case DocumentedPort.lanyard: String(ports[1])
            case DocumentedPort.service: String(ports[2])
            case _: String(match.0)
            }
        }.replacing("/etc/\(proxy.rawValue)/", with: folder.path + "/")
    }

    func end() async { await process.kill() }
}
