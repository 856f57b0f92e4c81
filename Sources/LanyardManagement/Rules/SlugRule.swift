import LanyardCore

/// Names that are unique among their kind and stand in scopes, paths and commands: `[a-z0-9][a-z0-9_.-]{0,62}`, and not
/// of the shape of an id of the same kind, so that a reference means one thing.
enum SlugRule {
    static func isSlug(_ name: String) -> Bool {
        name.withBytes { ScopeSyntax.isProjectName($0) }
    }
}

extension FieldProblems {
    mutating func checkSlug<Tag: IdentifierTag>(_ name: String, of kind: Tag.Type) {
        if !SlugRule.isSlug(name) {
            add("/name", "expected 1 to 63 characters a-z, 0-9, '_', '.' and '-', the first a letter or a digit")
        } else if Identifier<Tag>(name) != nil {
            add("/name", "expected a name that is not of the form of an id")
        }
    }
}
