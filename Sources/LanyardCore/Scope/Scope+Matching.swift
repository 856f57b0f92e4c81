// What a pattern matches, and what a pattern contains, are walks over the segments of two texts at once: linear in their
// lengths, without copies.
//
// Containment of one pattern in another is decided segment by segment, too. That is exact, but for one thing: names end
// at 128 bytes, which the walk ignores; it then says "not contained" of what no real name could tell apart.
//
// It also answers for a whole set: a union of patterns contains a pattern only if one of them does. For take a pattern P
// and replace each of its `*` by a segment that occurs in no pattern at all. The result is a name that P matches. Some
// member Q of the union must match it, and against a segment that Q does not spell out Q can only hold a `*`. So
// wherever P has a `*`, Q has one, or ended before with one that takes the rest; and where P ends with `*`, matching the
// rest, Q, which has matched that last segment by a `*` that is Q's last segment, does too. Then Q matches all that P
// does.

extension Scope {
    /// Whether the scope grants `name`, on some project at least.
    package func matches(_ name: ScopeName) -> Bool {
        name.description.withBytes { matches(name: $0, isAdministrative: name.isAdministrative) }
    }

    func matches(name: UnsafeRawBufferPointer, isAdministrative: Bool) -> Bool {
        withBody { body in
            guard hasWildcard else { return body.holdsSameBytes(as: name) }
            return Self.matches(pattern: body, name: name, nameIsAdministrative: isAdministrative)
        }
    }

    private static func matches(
        pattern: UnsafeRawBufferPointer, name: UnsafeRawBufferPointer, nameIsAdministrative: Bool
    ) -> Bool {
        var wanted = ScopeSegments(pattern)
        var given = ScopeSegments(name)
        var isFirst = true
        while let want = wanted.next() {
            guard let segment = given.next() else { return false }
            if isWildcard(pattern, want) {
                if isFirst && nameIsAdministrative { return false }
                if !wanted.hasNext { return true }
            } else if !pattern.part(want).holdsSameBytes(as: name.part(segment)) {
                return false
            }
            isFirst = false
        }
        return !given.hasNext
    }

    /// Whether the scope grants everything that `other` grants, projects included.
    package func contains(_ other: Scope) -> Bool {
        if isBoundToProject {
            guard let project = other.project, project == self.project else { return false }
        }
        return withBody { wide in
            other.withBody { narrow in
                Self.contains(wide: wide, narrow: narrow, narrowIsAdministrative: other.isAdministrative)
            }
        }
    }

    private static func contains(
        wide: UnsafeRawBufferPointer, narrow: UnsafeRawBufferPointer, narrowIsAdministrative: Bool
    ) -> Bool {
        var wideSegments = ScopeSegments(wide)
        var narrowSegments = ScopeSegments(narrow)
        var isFirst = true
        while let ours = wideSegments.next() {
            guard let theirs = narrowSegments.next() else { return false }
            if isWildcard(wide, ours) {
                if isFirst && narrowIsAdministrative { return false }
                if !wideSegments.hasNext { return true }
                // If theirs is a `*` that takes the rest, it may match a single segment here, where ours wants more to
                // follow; then the next turn finds that they have no segment left.
            } else if !wide.part(ours).holdsSameBytes(as: narrow.part(theirs)) {
                return false
            }
            isFirst = false
        }
        return !narrowSegments.hasNext
    }

    @inline(__always)
    private static func isWildcard(_ bytes: UnsafeRawBufferPointer, _ segment: Range<Int>) -> Bool {
        segment.count == 1 && bytes[segment.lowerBound] == ScopeSyntax.wildcard
    }
}
