package import LanyardCore

/// Tags the id of a group of whichever kind.
package enum UsageGroupTag: IdentifierTag {
    package static var prefix: String { "group" }
}

// Stores compare groups as the 16 bytes of their ids, in which order their texts are too; none is 16 zero bytes, before
// all others, as its empty text is.

extension UsageQuery.Group {
    /// Stands where there is no group: no id is this.
    private static let noGroup = Identifier<UsageGroupTag>(high: 0, low: 0)

    /// The text that positions name a group of this kind by.
    package func name(of id: Identifier<UsageGroupTag>) -> String {
        guard id != Self.noGroup else { return "" }
        switch self {
        case .none: return ""
        case .key: return KeyID(high: id.high, low: id.low).description
        case .account: return AccountID(high: id.high, low: id.low).description
        case .project: return ProjectID(high: id.high, low: id.low).description
        }
    }

    /// The id of the group of this kind that a position names.
    /// - Throws: ``StoreError/Code/constraint`` for a text that names none.
    package func id(named text: String) throws -> Identifier<UsageGroupTag> {
        if text.isEmpty { return Self.noGroup }
        func same<Tag>(_ id: Identifier<Tag>?) throws -> Identifier<UsageGroupTag> {
            guard let id else { throw StoreError(.constraint, "a position in usage names no group of its kind") }
            return Identifier(high: id.high, low: id.low)
        }
        switch self {
        case .none: return try same(nil as KeyID?)
        case .key: return try same(KeyID(text))
        case .account: return try same(AccountID(text))
        case .project: return try same(ProjectID(text))
        }
    }
}
