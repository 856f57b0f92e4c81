// # Scopes that are bound to a project
//
// A project can go only if no key holds a scope that is bound to it (`lanyard:keys:write@payments`). No other scope has an
// `@`, and only administrators' keys hold such: the index has their few rows, where the table may have millions.

extension Schema {
    static let boundScopes = """
        CREATE INDEX keys_with_bound_scopes ON keys (scopes) WHERE \(hasBoundScopes);
        """

    /// The index is used by the very questions that say this.
    static let hasBoundScopes = "instr(scopes, '@') > 0"
}
