/// The name of one scope, such as `invoices:read`: what a check asks for. It holds no `*` and no `@`.
public struct ScopeName: Hashable, Comparable, Sendable, TextCodable {
    /// The name as text.
    public let description: String
    /// Whether it is one of Lanyard's own: its first segment is `lanyard`.
    public let isAdministrative: Bool

    /// Reads a name, or tells what is wrong with it.
    public init(parsing text: String) throws(ScopeSyntaxError) {
        let findings = try text.withBytes { ScopeSyntax.read($0) }.get()
        guard findings.bodyLength == text.utf8.count else {
            throw ScopeSyntaxError(.projectNotAllowed, at: findings.bodyLength)
        }
        guard !findings.hasWildcard else {
            let position = text.withBytes { $0.firstIndex(of: ScopeSyntax.wildcard) }
            throw ScopeSyntaxError(.wildcardInName, at: position ?? 0)
        }
        description = text
        isAdministrative = findings.isAdministrative
    }

    /// Reads a name; `nil` if it is none. ``init(parsing:)`` tells why.
    public init?(_ description: String) {
        guard let name = try? Self(parsing: description) else { return nil }
        self = name
    }

    /// Whether both are the same name.
    public static func == (left: Self, right: Self) -> Bool { left.description == right.description }

    /// Feeds the text.
    public func hash(into hasher: inout Hasher) { hasher.combine(description) }

    /// Alphabetical order.
    public static func < (left: Self, right: Self) -> Bool { left.description < right.description }
}
