/// A field's name, to be found whatever its case (RFC 9110, section 5.1).
package struct FieldName: Hashable, Sendable, CustomStringConvertible {
    /// As we write it.
    package let description: String
    private let lowercased: [UInt8]

    /// Nil unless `name` is a token (RFC 9110, section 5.6.2) of at most 64 characters.
    package init?(_ name: some StringProtocol) {
        guard Token.isToken(name.utf8), name.utf8.count <= 64 else { return nil }
        self.init(unchecked: String(name))
    }

    /// For the names that are written in this module.
    init(unchecked name: String) {
        description = name
        lowercased = name.utf8.map { $0.asciiLowercased }
    }

    @inline(__always)
    package func matches(_ name: String) -> Bool {
        guard name.utf8.count == lowercased.count else { return false }
        var index = 0
        for byte in name.utf8 {
            if byte.asciiLowercased != lowercased[index] { return false }
            index += 1
        }
        return true
    }

    package static func == (left: FieldName, right: FieldName) -> Bool { left.lowercased == right.lowercased }

    package func hash(into hasher: inout Hasher) { hasher.combine(lowercased) }
}
