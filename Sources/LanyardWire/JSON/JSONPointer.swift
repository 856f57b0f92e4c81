/// Where in a document something stands: an RFC 6901 JSON pointer.
///
/// A name of more than 40 bytes is abbreviated, for pointers end up in answers and logs, and a secret that somebody put in
/// the place of a member's name must not.
package struct JSONPointer: Hashable, Sendable, CustomStringConvertible {
    /// `""` is the whole document, `/limits/0/amount` a value in it.
    package let text: String

    package static let root = JSONPointer(text: "")

    /// A query's parameter, in the notation of the API's answers: `?limit`.
    package static func query(_ name: String) -> JSONPointer {
        JSONPointer(text: "?" + abbreviated(name))
    }

    /// A header field, in the notation of the API's answers: its name.
    package static func header(_ name: String) -> JSONPointer {
        JSONPointer(text: abbreviated(name))
    }

    /// - Parameter text: a pointer already, in one of the notations above.
    package init(text: String) {
        self.text = text
    }

    /// A pointer that a use-case has written: ours, not the caller's.
    package init(verbatim text: String) {
        self.text = text
    }

    package func appending(_ name: String) -> JSONPointer {
        JSONPointer(text: text + "/" + Self.escaped(Self.abbreviated(name)))
    }

    package func appending(_ index: Int) -> JSONPointer {
        JSONPointer(text: "\(text)/\(index)")
    }

    /// This pointer's tokens behind those of `outer`.
    package func inside(_ outer: JSONPointer) -> JSONPointer {
        JSONPointer(text: outer.text + text)
    }

    package var description: String { text }

    /// A member's name as it may be shown.
    package static func abbreviated(_ name: String) -> String {
        let longest = 40
        let kept = 16
        // Not by characters: one of them may be as long as its combining marks are many.
        return name.utf8.count <= longest ? name : String(name.unicodeScalars.prefix(kept)) + "…"
    }

    private static func escaped(_ name: String) -> String {
        guard name.utf8.contains(where: { $0 == UInt8(ascii: "~") || $0 == UInt8(ascii: "/") }) else { return name }
        var escaped = ""
        for character in name.unicodeScalars {
            switch character {
            case "~": escaped += "~0"
            case "/": escaped += "~1"
            default: escaped.unicodeScalars.append(character)
            }
        }
        return escaped
    }
}
