/// A piece of a list. Lists are ordered by id, newest first; ids begin with their time, so that new rows never shift a
/// page that a reader has already seen.
public struct Page<ID: Sendable>: Sendable {
    /// Only what comes after this id in the list; `nil` from its beginning.
    public var after: ID?
    /// How many at most.
    public var limit: Int

    /// A page.
    public init(after: ID? = nil, limit: Int = 50) {
        self.after = after
        self.limit = limit
    }
}
