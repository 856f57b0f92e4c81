/// What a check demands: names of scopes with `and`, `or` and parentheses, such as `invoices:read and (eu or us)`.
///
/// `and` binds tighter than `or`. Spaces, tabs and line breaks separate words; operators are in lower case.
///
/// The tree is kept flat: each node is followed by its children, and names the place after the last of them. So an
/// expression is one array, and asking it allocates nothing. Nested `and` in `and` and `or` in `or` are merged when it is
/// read, and what is written twice side by side counts once; so needless parentheses disappear from its text.
public struct ScopeExpression: Sendable, Hashable, TextCodable {
    /// The most bytes of an expression.
    public static let maximumLength = 1024
    /// How deep parentheses may be nested.
    public static let maximumDepth = 16
    /// The most names in an expression.
    public static let maximumNameCount = 32

    enum Node: Sendable, Hashable {
        case name(ScopeName)
        /// All of the children, which end before this place, are demanded.
        case all(end: Int)
        /// One of the children, which end before this place, is demanded.
        case any(end: Int)
    }

    let nodes: [Node]

    /// Demands one scope.
    public init(_ name: ScopeName) {
        nodes = [.name(name)]
    }

    /// Reads an expression, or tells what is wrong with it and where.
    public init(parsing text: String) throws(ScopeSyntaxError) {
        nodes = try text.withBytes { bytes in
            var parser = ScopeExpressionParser(bytes)
            return Result { () throws(ScopeSyntaxError) in try parser.parse() }
        }.get()
    }

    /// Reads an expression; `nil` if it is none. ``init(parsing:)`` tells why.
    public init?(_ description: String) {
        guard let expression = try? Self(parsing: description) else { return nil }
        self = expression
    }

    /// The names in the order in which they are written; a name written twice is in it twice.
    public var names: [ScopeName] {
        nodes.compactMap { node in
            switch node {
            case .name(let name): name
            case .all, .any: nil
            }
        }
    }

    /// Whether `scopes` grant what is demanded; for Lanyard's own scopes: on some project at least. Allocates nothing.
    public func isSatisfied(by scopes: ScopeSet) -> Bool {
        isSatisfied(at: 0, by: scopes)
    }

    private func isSatisfied(at index: Int, by scopes: ScopeSet) -> Bool {
        switch nodes[index] {
        case .name(let name):
            return scopes.covers(name)
        case .all(let end):
            var child = index + 1
            while child < end {
                guard isSatisfied(at: child, by: scopes) else { return false }
                child = place(after: child)
            }
            return true
        case .any(let end):
            var child = index + 1
            while child < end {
                if isSatisfied(at: child, by: scopes) { return true }
                child = place(after: child)
            }
            return false
        }
    }

    private func place(after index: Int) -> Int {
        switch nodes[index] {
        case .name: index + 1
        case .all(let end), .any(let end): end
        }
    }
}

extension ScopeExpression {
    /// The expression with as few parentheses as it needs. Reading it gives the same expression.
    public var description: String {
        (alternatives(at: 0) { _ in false } ?? []).joined(separator: Self.or)
    }

    /// What is left to demand of someone who holds `scopes`: granted too, it would satisfy the expression. Empty if
    /// nothing is missing.
    ///
    /// Of `a and b`, a holder of `a` misses `b`. Of `a or b`, the holder of neither misses `a or b`: either will do.
    public func missing(from scopes: ScopeSet) -> String {
        (alternatives(at: 0) { scopes.covers($0) } ?? []).joined(separator: Self.or)
    }

    private static let and = " and "
    private static let or = " or "

    /// The ways to satisfy the part of the expression at `index` for someone who holds some names: texts without a bare
    /// `or`, any of which will do; `nil` if nothing is missing.
    private func alternatives(at index: Int, isHeld: (ScopeName) -> Bool) -> [String]? {
        switch nodes[index] {
        case .name(let name):
            return isHeld(name) ? nil : [name.description]
        case .all(let end):
            let parts = children(in: index + 1..<end).compactMap { alternatives(at: $0, isHeld: isHeld) }.distinct()
            guard parts.count > 1 else { return parts.first }
            let texts = parts.map { part in
                // Several ways need parentheses beside an `and`, which binds tighter.
                part.count == 1 ? part[0] : "(" + part.joined(separator: Self.or) + ")"
            }
            return [texts.joined(separator: Self.and)]
        case .any(let end):
            var ways: [String] = []
            for child in children(in: index + 1..<end) {
                guard let alternatives = alternatives(at: child, isHeld: isHeld) else { return nil }
                ways += alternatives
            }
            return ways.distinct()
        }
    }

    private func children(in places: Range<Int>) -> [Int] {
        var children: [Int] = []
        var child = places.lowerBound
        while child < places.upperBound {
            children.append(child)
            child = place(after: child)
        }
        return children
    }
}
