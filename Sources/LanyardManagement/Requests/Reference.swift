package import LanyardCore

/// How a request names an object: by its id, or by the text that people know it by (an account's is its `external_id`).
///
/// No name may have the shape of an id, so a text means one thing.
package enum Reference<Tag: IdentifierTag>: Hashable, Sendable {
    case id(Identifier<Tag>)
    case name(String)

    /// Reads what a request wrote.
    package init(_ text: String) {
        if let id = Identifier<Tag>(text) { self = .id(id) } else { self = .name(text) }
    }
}
