/// The scopes that someone holds. No scopes grant nothing.
///
/// Questions are answered without allocating: a name that is held as such is found by a binary search, and only if it
/// isn't are the patterns and the scopes bound to a project walked, one after the other.
public struct ScopeSet: Sendable, Hashable {
    /// For which projects a set grants one of Lanyard's own scopes.
    public enum ProjectReach: Sendable, Hashable {
        /// For every project, those that don't exist yet included.
        case all
        /// For these projects, in alphabetical order; for none if it is empty.
        case only([String])
    }

    /// Names without `*` and `@`, in order; then the others, in order.
    private let members: [Scope]
    private let plainCount: Int

    /// The empty set, which grants nothing.
    public static let none = ScopeSet([])

    /// A set of these scopes; the same scope twice counts once.
    public init(_ scopes: some Sequence<Scope>) {
        let distinct = Set(scopes).sorted()
        let plain = distinct.filter(\.isPlain)
        members = plain + distinct.filter { !$0.isPlain }
        plainCount = plain.count
    }

    /// The scopes in alphabetical order.
    public var scopes: [Scope] { members.sorted() }

    /// Whether there are no scopes.
    public var isEmpty: Bool { members.isEmpty }

    /// Whether the set grants `name`; for one of Lanyard's own: for at least one project, or for all.
    public func covers(_ name: ScopeName) -> Bool {
        holdsPlain(name.description) || hasOther(for: name) { _ in true }
    }

    /// Whether the set grants `name` for `project`. For a name that isn't one of Lanyard's own the project plays no
    /// part, for such scopes aren't bound to projects.
    public func covers(_ name: ScopeName, project: String) -> Bool {
        if holdsPlain(name.description) { return true }
        return project.withBytes { project in
            hasOther(for: name) { !$0.isBoundToProject || $0.isBound(to: project) }
        }
    }

    /// Whether the set grants `name` for every project.
    public func coversAllProjects(_ name: ScopeName) -> Bool {
        holdsPlain(name.description) || hasOther(for: name) { !$0.isBoundToProject }
    }

    /// For which projects the set grants `name`.
    public func projects(holding name: ScopeName) -> ProjectReach {
        if coversAllProjects(name) { return .all }
        let projects = members[plainCount...].filter { $0.matches(name) }.compactMap(\.project)
        return .only(Set(projects).sorted())
    }

    /// Whether the holder of this set may grant `scope` to a key, as far as the set can tell.
    ///
    /// One of Lanyard's own scopes can only be granted by a set that grants everything that it grants, on every project
    /// that it holds for: nobody can hand out more power over Lanyard than they have. For any other scope the answer is
    /// always yes; whether its holder may write the key at all is decided by `lanyard:keys:write`.
    public func canGrant(_ scope: Scope) -> Bool {
        !scope.isAdministrative || members.contains { $0.contains(scope) }
    }

    /// The scopes of both sets.
    public func union(_ other: ScopeSet) -> ScopeSet {
        if other.isEmpty { return self }
        return isEmpty ? other : ScopeSet(members + other.members)
    }

    private func holdsPlain(_ name: String) -> Bool {
        var lower = 0
        var upper = plainCount
        while lower < upper {
            let middle = (lower + upper) / 2
            let candidate = members[middle].description
            if candidate == name { return true }
            if candidate < name { lower = middle + 1 } else { upper = middle }
        }
        return false
    }

    /// Whether a pattern, or a scope bound to a project, matches `name` and is `accepted`.
    @inline(__always)
    private func hasOther(for name: ScopeName, where accepted: (Scope) -> Bool) -> Bool {
        guard plainCount < members.count else { return false }
        return name.description.withBytes { text in
            for index in plainCount..<members.count {
                let scope = members[index]
                if scope.matches(name: text, isAdministrative: name.isAdministrative) && accepted(scope) {
                    return true
                }
            }
            return false
        }
    }
}

extension Scope {
    fileprivate var isPlain: Bool { !hasWildcard && !isBoundToProject }
}

extension ScopeSet: Codable, CustomStringConvertible {
    /// Reads an array of texts.
    public init(from decoder: any Decoder) throws {
        self.init(try decoder.singleValueContainer().decode([Scope].self))
    }

    /// Writes an array of texts, in alphabetical order.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(scopes)
    }

    /// The scopes in alphabetical order, with a space between them, as OAuth writes them (RFC 6749, section 3.3).
    public var description: String { scopes.map(\.description).joined(separator: " ") }
}
