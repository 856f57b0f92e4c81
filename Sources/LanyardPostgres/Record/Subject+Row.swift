import LanyardCore

extension Subject {
    /// A subject's id without its kind, which stands in a column of its own.
    var id: Identifier<SubjectTag> { Identifier(high: high, low: low) }
}

/// Tags the id of a subject of either kind.
enum SubjectTag: IdentifierTag {
    static var prefix: String { "subject" }
}
