import CLanyardPQ
import Foundation
import LanyardStorage

// # Where a database is
//
// A URL as libpq reads it: `postgres://user@host:port/database?parameter=value`, several hosts by commas. What libpq takes
// from elsewhere (PGPASSWORD, PGPASSFILE, ~/.pgpass) stays as it is.
//
// A password in a URL ends up in lists of processes and in shells' histories, so there it is refused. And a server that
// is not on this machine must show a certificate of its name: who could pass for it would read every digest and say
// yes to every key. libpq's own default (`prefer`) is content with no TLS at all. Who wants less has to write so into
// the URL, and is warned.

/// The address of a PostgreSQL database, checked, and without a password.
package struct PostgresLocation: Hashable, Sendable, CustomStringConvertible {
    /// libpq's names and values, those alone that the URL has.
    private let parameters: [String: String]

    /// Why a text is no such address. It never quotes the text, which may hold a password.
    package enum Refusal: Error, Hashable, Sendable, CustomStringConvertible {
        case notAURL
        case malformed
        case hasPassword
        case hasNoDatabase

        /// A sentence's part.
        package var description: String {
            switch self {
            case .notAURL: "expected \(PostgresLocation.form)"
            case .malformed: "this is no address that libpq can read: expected \(PostgresLocation.form)"
            case .hasPassword:
                "a password has no place in an address, where lists of processes show it: put it into PGPASSWORD, "
                    + "PGPASSFILE or a file"
            case .hasNoDatabase: "the address names no database: expected \(PostgresLocation.form)"
            }
        }
    }

    /// How an address looks.
    package static let form = "postgres://USER@HOST:PORT/DATABASE"

    /// Whether a text means to be one.
    package static func isMeant(by text: String) -> Bool {
        text.hasPrefix("postgres://") || text.hasPrefix("postgresql://")
    }

    /// Reads an address.
    package init(parsing text: String) throws(Refusal) {
        guard Self.isMeant(by: text), !text.utf8.contains(0) else { throw .notAURL }
        var message: UnsafeMutablePointer<CChar>?
        guard let options = PQconninfoParse(text, &message) else {
            // The message quotes the address.
            PQfreemem(message)
            throw .malformed
        }
        defer { PQconninfoFree(options) }
        var parameters: [String: String] = [:]
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { parameters[String(cString: keyword)] = String(cString: value) }
            option += 1
        }
        guard parameters["password"] == nil, parameters["sslpassword"] == nil else { throw .hasPassword }
        guard let database = parameters["dbname"], !database.isEmpty else { throw .hasNoDatabase }
        self.parameters = parameters
    }

    /// The address without its parameters.
    package var description: String {
        let user = parameters["user"].map { "\($0)@" } ?? ""
        let ports = (parameters["port"] ?? "").split(separator: ",", omittingEmptySubsequences: false)
        let hosts = hosts.enumerated().map { index, host in
            let port = ports.isEmpty ? "" : String(ports[min(index, ports.count - 1)])
            let name = host.contains(":") ? "[\(host)]" : host
            return port.isEmpty ? name : "\(name):\(port)"
        }
        return "postgres://\(user)\(hosts.joined(separator: ","))/\(parameters["dbname"] ?? "")"
    }

    private var hosts: [String] {
        (parameters["host"] ?? parameters["hostaddr"] ?? "")
            .split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
}

// MARK: - TLS

extension PostgresLocation {
    private static let wholeVerification = "verify-full"

    /// Whether what is sent leaves this machine.
    private func isRemote(_ environment: [String: String]) -> Bool {
        let named = hosts.filter { !$0.isEmpty }
        let inherited = [environment["PGHOST"], environment["PGHOSTADDR"]].compactMap { $0 }.filter { !$0.isEmpty }
        return (named.isEmpty ? inherited : named).contains { !Self.isHere($0) }
    }

    private static func isHere(_ host: String) -> Bool {
        // A path, or on Linux a name without a path, is a Unix socket's.
        host.hasPrefix("/") || host.hasPrefix("@") || host == "localhost" || host == "::1"
            || (host.hasPrefix("127.") && host.allSatisfy { $0.isNumber || $0 == "." })
    }

    /// What an operator should know of this address; `nil` if all is well.
    package func warning(environment: [String: String] = ProcessInfo.processInfo.environment) -> String? {
        guard isRemote(environment), let mode = parameters["sslmode"], mode != Self.wholeVerification else {
            return nil
        }
        return "sslmode=\(mode) lets somebody between here and the database pass for it: write sslmode=verify-full, or "
            + "leave it out"
    }

    /// Everything that libpq is told, names with values.
    func connectionParameters(
        password: String?, settings: PostgresSettings,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) -> [(String, String)] {
        var all = parameters
        func byDefault(_ name: String, _ value: String) {
            if all[name] == nil { all[name] = value }
        }
        if isRemote(environment) {
            byDefault("sslmode", Self.wholeVerification)
            // Encryption by Kerberos would take the place of TLS, and with it of the certificate.
            byDefault("gssencmode", "disable")
        }
        if all["sslmode"] == Self.wholeVerification, environment["PGSSLROOTCERT"] == nil,
            let roots = Self.systemRoots(environment)
        {
            byDefault("sslrootcert", roots)
        }
        byDefault("connect_timeout", "\(max(2, settings.connectTimeout.components.seconds))")
        byDefault("keepalives_idle", "10")
        byDefault("keepalives_interval", "5")
        byDefault("keepalives_count", "3")
        byDefault("tcp_user_timeout", "\(settings.statementTimeout.milliseconds)")
        byDefault("fallback_application_name", "lanyard")
        if hosts.count > 1 { byDefault("target_session_attrs", "primary") }
        all["client_encoding"] = "UTF8"
        if let password { all["password"] = password }
        return all.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// The certificates that this machine trusts; `nil` where libpq has its own to go by.
    private static func systemRoots(_ environment: [String: String]) -> String? {
        let own = environment["HOME"].map { "\($0)/.postgresql/root.crt" }
        if let own, FileManager.default.fileExists(atPath: own) { return nil }
        // From version 16 on libpq asks OpenSSL itself.
        if PQlibVersion() >= 160_000 { return "system" }
        let bundles = [
            "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem",
            "/opt/homebrew/etc/ca-certificates/cert.pem",
        ]
        return bundles.first { FileManager.default.fileExists(atPath: $0) }
    }
}
