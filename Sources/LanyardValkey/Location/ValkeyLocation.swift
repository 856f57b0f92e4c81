// # Where a counter server is
//
// `valkey://[user@]host[:port][/number]`, and `valkeys://` with TLS; `redis` and `rediss` mean the same. A password in it
// would end up in lists of processes, so there it is refused.
//
// With TLS the server must show a certificate of its name, always. Without, whoever sits between could read the password
// and tell any number; so a server that is not on this machine is refused, unless the address says `?tls=off`, which is
// warned of.

/// The address of a Valkey or Redis server, checked, and without a password.
package struct ValkeyLocation: Hashable, Sendable, CustomStringConvertible {
    /// A name or an IP address, without brackets.
    package let host: String
    package let port: Int
    /// `nil` is the server's own `default`.
    package let user: String?
    /// The number of the database.
    package let database: Int
    package let isEncrypted: Bool
    /// A file with the authorities that may vouch for the server, PEM; `nil` for those that this machine trusts.
    package let authorityFile: String?

    /// Why a text is no such address. It never quotes the text, which may hold a password.
    package enum Refusal: Error, Hashable, Sendable, CustomStringConvertible {
        case notAURL
        case malformed
        case hasPassword
        case unknownParameter
        case readableOnTheWay

        /// A sentence's part.
        package var description: String {
            switch self {
            case .notAURL, .malformed: "expected \(ValkeyLocation.form)"
            case .hasPassword:
                "a password has no place in an address, where lists of processes show it: put it into the environment "
                    + "or a file"
            case .unknownParameter:
                "the address may have the parameters cafile=PATH (with valkeys) and tls=off (with valkey) alone"
            case .readableOnTheWay:
                "this server is not on this machine, so all that is sent could be read and changed on the way: write "
                    + "valkeys://, or add ?tls=off if the way is safe"
            }
        }
    }

    /// How an address looks.
    package static let form = "valkey://USER@HOST:PORT/NUMBER, or valkeys:// for TLS"
    package static let usualPort = 6379

    private static let schemes = ["valkey": false, "valkeys": true, "redis": false, "rediss": true]

    /// Whether a text means to be one.
    package static func isMeant(by text: String) -> Bool {
        schemes.keys.contains { text.hasPrefix("\($0)://") }
    }

    /// Reads an address.
    package init(parsing text: String) throws(Refusal) {
        guard let scheme = Self.schemes.first(where: { text.hasPrefix("\($0.key)://") }) else { throw .notAURL }
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { throw .malformed }
        let rest = text.dropFirst(scheme.key.count + "://".count)
        let (address, query) = Self.split(rest, at: "?")
        let (authority, path) = Self.split(address, at: "/")
        let at = authority.lastIndex(of: "@")
        let name = at.map { authority[..<$0] } ?? ""
        if name.contains(":") || (path ?? "").contains("@") { throw .hasPassword }
        let parameters = try Self.parameters(query ?? "", isEncrypted: scheme.value)
        let place = at.map { authority[authority.index(after: $0)...] } ?? authority
        (host, port) = try Self.place(place)
        user = name.isEmpty ? nil : try Self.decoded(name)
        if at != nil, user == nil { throw .malformed }
        database = try Self.number(path ?? "", most: Self.mostDatabases, usual: 0)
        isEncrypted = scheme.value
        authorityFile = parameters["cafile"]
        if !isEncrypted, !Self.isHere(host), parameters["tls"] == nil { throw .readableOnTheWay }
    }

    /// The address without its parameters.
    package var description: String {
        let user = user.map { "\(Self.encoded($0))@" } ?? ""
        let name = host.contains(":") ? "[\(host)]" : host
        return "\(isEncrypted ? "valkeys" : "valkey")://\(user)\(name):\(port)/\(database)"
    }

    /// What an operator should know of this address; `nil` if all is well.
    package var warning: String? {
        guard !isEncrypted, !Self.isHere(host) else { return nil }
        return "tls=off lets whoever sits between here and \(host) read the password and change the counters: write "
            + "valkeys://"
    }
}

// MARK: - Parts

extension ValkeyLocation {
    private static let mostDatabases = 1 << 20

    private static func isHere(_ host: String) -> Bool {
        host == "localhost" || host == "::1"
            || (host.hasPrefix("127.") && host.allSatisfy { $0.isNumber || $0 == "." })
    }

    private static func split(_ text: Substring, at separator: Character) -> (Substring, Substring?) {
        guard let place = text.firstIndex(of: separator) else { return (text, nil) }
        return (text[..<place], text[text.index(after: place)...])
    }

    private static func place(_ text: Substring) throws(Refusal) -> (String, Int) {
        let isLetter = { (byte: UInt8) in
            UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20 || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
        }
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { throw .malformed }
            let host = text[text.index(after: text.startIndex)..<end]
            let rest = text[text.index(after: end)...]
            guard host.contains(":"), host.utf8.allSatisfy({ isLetter($0) || ":.".utf8.contains($0) }),
                rest.isEmpty || rest.hasPrefix(":")
            else { throw .malformed }
            return (host.lowercased(), try port(rest.isEmpty ? nil : rest.dropFirst()))
        }
        let (host, number) = split(text, at: ":")
        guard !host.isEmpty, host.utf8.allSatisfy({ isLetter($0) || "-._".utf8.contains($0) }) else {
            throw .malformed
        }
        return (host.lowercased(), try port(number))
    }

    private static func port(_ text: Substring?) throws(Refusal) -> Int {
        let port = try number(text ?? "", most: 65_535, usual: usualPort)
        guard port > 0, text?.isEmpty != true else { throw .malformed }
        return port
    }

    private static func number(_ text: Substring, most: Int, usual: Int) throws(Refusal) -> Int {
        if text.isEmpty { return usual }
        guard text.utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }), let number = Int(text),
            number <= most
        else { throw .malformed }
        return number
    }

    private static func parameters(_ query: Substring, isEncrypted: Bool) throws(Refusal) -> [String: String] {
        var parameters: [String: String] = [:]
        for part in query.split(separator: "&") {
            let (name, value) = split(part, at: "=")
            if name == "password" { throw .hasPassword }
            let text = try decoded(value ?? "")
            let isKnown = isEncrypted ? name == "cafile" && !text.isEmpty : name == "tls" && text == "off"
            guard isKnown, parameters.updateValue(text, forKey: String(name)) == nil else { throw .unknownParameter }
        }
        return parameters
    }

    private static func decoded(_ text: Substring) throws(Refusal) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            let digits = rest.prefix(2)
            guard digits.count == 2, let digitsText = String(validating: digits, as: UTF8.self),
                digitsText.allSatisfy(\.isHexDigit), let value = UInt8(digitsText, radix: 16), value >= 0x20
            else { throw .malformed }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .malformed }
        return text
    }

    private static func encoded(_ text: String) -> String {
        text.utf8.reduce(into: "") { result, byte in
            let character = Character(UnicodeScalar(byte))
            if byte < 0x80, character.isLetter || character.isNumber || "-._~".contains(character) {
                result.append(character)
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                result += "%\(digits.count == 1 ? "0" : "")\(digits)"
            }
        }
    }
}
