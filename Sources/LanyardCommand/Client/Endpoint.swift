import Foundation

/// One of the two listeners of a server.
enum Listener: Sendable {
    case admin
    case data

    var name: String {
        switch self {
        case .admin: "admin"
        case .data: "data"
        }
    }

    /// The environment variable that says where it is.
    var variable: String {
        switch self {
        case .admin: "LANYARD_URL"
        case .data: "LANYARD_DATA_URL"
        }
    }

    var option: String {
        switch self {
        case .admin: "--url"
        case .data: "--data-url"
        }
    }

    var standard: String {
        switch self {
        case .admin: "http://127.0.0.1:8081"
        case .data: "http://127.0.0.1:8080"
        }
    }

    /// How a user points this command elsewhere.
    var hint: String { "If it listens elsewhere, set \(variable) or give \(option)." }
}

/// Where a listener is: an origin, and a path in front where a proxy has put the server beneath one.
struct Endpoint: Sendable, Equatable, CustomStringConvertible {
    let listener: Listener
    /// Without a slash at its end.
    let base: String
    let isSecure: Bool
    let host: String

    /// - Throws: `usage` where the text is no URL that we can ask. A user name or password in it is refused, unquoted:
    ///   URLs end up in process lists and histories.
    init(_ text: String, listener: Listener) throws(CommandFailure) {
        guard let url = URLComponents(string: text), let scheme = url.scheme?.lowercased(),
            ["http", "https"].contains(scheme), let host = url.host, !host.isEmpty
        else {
            throw .usage("\(listener.option) (or \(listener.variable)) must be a URL such as \(listener.standard).")
        }
        guard url.user == nil, url.password == nil, url.query == nil, url.fragment == nil else {
            throw .usage(
                "\(listener.option) (or \(listener.variable)) must hold no user name, password, query or fragment.")
        }
        self.listener = listener
        self.host = host
        isSecure = scheme == "https"
        var base = text
        while base.hasSuffix("/") { base.removeLast() }
        self.base = base
    }

    var description: String { base }

    /// Whether the secrets that are sent stay on this machine, or are encrypted.
    var keepsSecrets: Bool {
        isSecure || host == "localhost" || host == "::1" || host == "[::1]" || host.hasPrefix("127.")
    }

    /// The URL of a path and query, every segment, name and value percent-encoded.
    func url(path: [String], query: [(name: String, value: String)]) -> String {
        var url = base
        for segment in path { url += "/" + Self.encoded(segment) }
        for (index, parameter) in query.enumerated() {
            url += (index == 0 ? "?" : "&") + Self.encoded(parameter.name) + "=" + Self.encoded(parameter.value)
        }
        return url
    }

    /// RFC 3986: all but the unreserved characters as percent-encoded UTF-8.
    private static func encoded(_ text: String) -> String {
        var encoded = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                encoded += "%" + (digits.utf8.count == 1 ? "0" : "") + digits
            }
        }
        return encoded
    }
}
