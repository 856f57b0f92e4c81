import Foundation
import Testing

/// The proxies that `docs/proxies` has configurations for.
enum Proxy: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case nginx
    case haproxy
    case caddy
    case traefik
    case envoy

    var testDescription: String { rawValue }

    /// The name of its dialect, and of the policy that its configuration asks for.
    var policy: String { rawValue }

    /// Where its documented configuration lies in the checkout.
    var documented: URL { Checkout.root.appending(path: "docs/proxies/\(rawValue)") }

    /// Whether it resolves dot segments and doubled slashes, so that the service gets another target than the client sent.
    var resolvesPaths: Bool {
        switch self {
        case .nginx, .haproxy, .caddy: false
        case .traefik, .envoy: true
        }
    }

    /// Whether it refuses a path with an encoded slash by itself, before it asks Lanyard.
    var refusesEncodedSlashes: Bool {
        switch self {
        case .nginx, .haproxy, .caddy, .traefik: false
        case .envoy: true
        }
    }

    /// Whether the client gets Lanyard's own problem; nginx knows the status alone.
    var passesProblems: Bool {
        switch self {
        case .nginx: false
        case .haproxy, .caddy, .traefik, .envoy: true
        }
    }

    /// What it says itself when Lanyard is away.
    var statusWithoutLanyard: Int {
        switch self {
        case .nginx, .haproxy, .envoy: 503
        case .caddy: 502
        case .traefik: 500
        }
    }

    /// Whether it gives up on a silent Lanyard within seconds. Traefik's 30 s can't be set.
    var isImpatient: Bool {
        switch self {
        case .nginx, .haproxy, .caddy, .envoy: true
        case .traefik: false
        }
    }

    /// How it is started on a configuration that lies in `folder`.
    func command(in folder: URL) throws -> (program: URL, arguments: [String]) {
        let path = { (name: String) in folder.appending(path: name).path }
        switch self {
        case .nginx:
            let main = "daemon off; master_process off; pid \(path("nginx.pid"));"
            return (
                try Checkout.system("nginx"),
                ["-p", folder.path, "-c", path("nginx.conf"), "-e", "stderr", "-g", main]
            )
        case .haproxy: return (try Checkout.system("haproxy"), ["-db", "-f", path("haproxy.cfg")])
        case .caddy:
            let arguments = ["run", "--config", path("Caddyfile"), "--adapter", "caddyfile"]
            return (try Checkout.python("bin/caddy"), arguments)
        case .traefik: return (try Checkout.python("bin/traefik"), ["--configFile=\(path("traefik.yml"))"])
        case .envoy:
            // Restarting without a pause shares memory by a number that another test's Envoy may have, too.
            let arguments = ["-c", path("envoy.yaml"), "--disable-hot-restart", "--concurrency", "1", "-l", "error"]
            return (try Checkout.envoy(), arguments)
        }
    }

    /// What surrounds the documented file on a real machine, by name: `lanyard.conf` belongs into a main configuration.
    func surroundings(in folder: URL) -> [String: String] {
        switch self {
        case .nginx:
            let kinds = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            let temporary = kinds.map { "\($0)_temp_path \(folder.path)/\($0);" }.joined(separator: " ")
            return [
                "nginx.conf": "events {} http { access_log off; \(temporary) include \(folder.path)/lanyard.conf; }"
            ]
        case .haproxy, .caddy, .traefik, .envoy: return [:]
        }
    }
}

/// Where things lie in the checkout and on this machine.
enum Checkout {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    struct Missing: Error, CustomStringConvertible {
        let description: String

        init(_ what: String) { description = "\(what) is missing: run scripts/setup" }
    }

    /// A program of the system's packages. Debian keeps servers where only root's PATH leads.
    static func system(_ name: String) throws -> URL {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
        for folder in folders + ["/usr/sbin", "/usr/local/sbin"] {
            let program = URL(filePath: folder).appending(path: name)
            if FileManager.default.isExecutableFile(atPath: program.path) { return program }
        }
        throw Missing(name)
    }

    /// A program that `scripts/setup` has put into `.venv`.
    static func python(_ path: String) throws -> URL {
        let program = root.appending(path: ".venv/\(path)")
        guard FileManager.default.isExecutableFile(atPath: program.path) else { throw Missing(program.path) }
        return program
    }

    /// Envoy itself: `bin/envoy` is a Python script that starts it, and would be the one to be ended.
    static func envoy() throws -> URL {
        let library = root.appending(path: ".venv/lib")
        let versions = try FileManager.default.contentsOfDirectory(atPath: library.path).sorted()
        for version in versions {
            let path = "lib/\(version)/site-packages/envoy/_bin/envoy"
            if let program = try? python(path) { return program }
        }
        throw Missing("Envoy")
    }
}
