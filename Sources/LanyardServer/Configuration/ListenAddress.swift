import LanyardCore

/// Where a listener listens: a host and a port.
package struct ListenAddress: Hashable, Sendable, CustomStringConvertible {
    /// An IP address, without brackets, or a name; `nil` for all addresses of this machine.
    package let host: String?
    /// 0 lets the system pick one.
    package let port: Int

    package init(host: String?, port: Int) {
        self.host = host
        self.port = port
    }

    static let form = "HOST:PORT, such as 127.0.0.1:8080, [::1]:8080 or, on all addresses, :8080"

    /// `HOST:PORT`, where an IPv6 address stands in brackets and no host means all addresses.
    init(parsing text: String) throws(InvalidSetting) {
        guard let colon = text.lastIndex(of: ":") else {
            throw InvalidSetting("\(ConfigurationProblem.quoted(text)) has no port: expected \(Self.form)")
        }
        let digits = text[text.index(after: colon)...]
        guard digits.allSatisfy({ $0.isASCII && $0.isNumber }), let port = UInt16(digits) else {
            throw InvalidSetting(
                "\(ConfigurationProblem.quoted(text)) has no port from 0 to 65535: expected \(Self.form)")
        }
        self.port = Int(port)
        let host = text[..<colon]
        if host.isEmpty {
            self.host = nil
        } else if host.hasPrefix("["), host.hasSuffix("]"), Self.isAddress(host.dropFirst().dropLast(), isV4: false) {
            self.host = String(host.dropFirst().dropLast())
        } else if Self.isAddress(host, isV4: true) || Self.isName(host) {
            self.host = String(host)
        } else {
            throw InvalidSetting("\(ConfigurationProblem.quoted(text)) has no valid host: expected \(Self.form)")
        }
    }

    package var description: String {
        guard let host else { return ":\(port)" }
        return host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }

    /// Whether only programs on this machine can reach it.
    package var isLoopback: Bool {
        guard let host else { return false }
        if host.lowercased() == "localhost" { return true }
        return IPAddress(host).map { address in Self.loopback.contains { $0.contains(address) } } ?? false
    }

    /// What a program on this machine connects to: all addresses are reached by the loopback one.
    package func reachable(port: Int) -> ListenAddress {
        guard let host else { return ListenAddress(host: "127.0.0.1", port: port) }
        switch host {
        case "0.0.0.0": return ListenAddress(host: "127.0.0.1", port: port)
        case "::": return ListenAddress(host: "::1", port: port)
        default: return ListenAddress(host: host, port: port)
        }
    }

    private static let loopback = ["127.0.0.0/8", "::1/128"].compactMap { CIDR($0) }

    private static func isAddress(_ text: Substring, isV4: Bool) -> Bool {
        !text.contains(":") == isV4 && IPAddress(String(text)) != nil
    }

    /// A name of RFC 1123; one of digits and dots alone is a mistyped address.
    private static func isName(_ text: Substring) -> Bool {
        text.count <= 253 && text.contains(where: \.isLetter)
            && text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
                (1...63).contains(label.count) && label.first != "-" && label.last != "-"
                    && label.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
            }
    }
}
