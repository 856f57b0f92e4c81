/// Reads a scope expression by recursive descent:
///
/// ```
/// alternative = conjunction *( "or" conjunction )
/// conjunction = operand *( "and" operand )
/// operand     = name / "(" alternative ")"
/// ```
///
/// The recursion is as deep as the parentheses, of which there is a limit.
struct ScopeExpressionParser {
    private typealias Node = ScopeExpression.Node

    private let bytes: UnsafeRawBufferPointer
    private var position = 0
    private var nameCount = 0

    /// An expression before it is laid flat.
    private indirect enum Tree: Equatable {
        case name(ScopeName)
        case all([Tree])
        case any([Tree])
    }

    private enum Token {
        case open
        case close
        case and
        case or
        case word
        case end
    }

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    /// The nodes of the whole text.
    mutating func parse() throws(ScopeSyntaxError) -> [ScopeExpression.Node] {
        guard bytes.count <= ScopeExpression.maximumLength else {
            throw ScopeSyntaxError(.tooLong, at: ScopeExpression.maximumLength)
        }
        if peek().token == .end { throw ScopeSyntaxError(.empty, at: 0) }
        let tree = try alternative(depth: 0)
        let rest = peek()
        switch rest.token {
        case .end: break
        case .close: throw ScopeSyntaxError(.unopenedParenthesis, at: rest.range.lowerBound)
        case .open, .and, .or, .word: throw ScopeSyntaxError(.expectedOperator, at: rest.range.lowerBound)
        }
        var nodes: [Node] = []
        Self.lay(tree, into: &nodes)
        return nodes
    }

    private mutating func alternative(depth: Int) throws(ScopeSyntaxError) -> Tree {
        var operands = [try conjunction(depth: depth)]
        while take(.or) { operands.append(try conjunction(depth: depth)) }
        let distinct = operands.flatMap { operand in
            switch operand {
            case .any(let inner): inner
            case .name, .all: [operand]
            }
        }.distinct()
        return distinct.count > 1 ? .any(distinct) : operands[0]
    }

    private mutating func conjunction(depth: Int) throws(ScopeSyntaxError) -> Tree {
        var operands = [try operand(depth: depth)]
        while take(.and) { operands.append(try operand(depth: depth)) }
        let distinct = operands.flatMap { operand in
            switch operand {
            case .all(let inner): inner
            case .name, .any: [operand]
            }
        }.distinct()
        return distinct.count > 1 ? .all(distinct) : operands[0]
    }

    private mutating func operand(depth: Int) throws(ScopeSyntaxError) -> Tree {
        let next = peek()
        switch next.token {
        case .word:
            position = next.range.upperBound
            nameCount += 1
            guard nameCount <= ScopeExpression.maximumNameCount else {
                throw ScopeSyntaxError(.tooManyNames, at: next.range.lowerBound)
            }
            return .name(try name(at: next.range))
        case .open:
            guard depth < ScopeExpression.maximumDepth else {
                throw ScopeSyntaxError(.tooDeep, at: next.range.lowerBound)
            }
            position = next.range.upperBound
            let inner = try alternative(depth: depth + 1)
            let after = peek()
            switch after.token {
            case .close: position = after.range.upperBound
            case .end: throw ScopeSyntaxError(.unclosedParenthesis, at: next.range.lowerBound)
            case .open, .and, .or, .word: throw ScopeSyntaxError(.expectedOperator, at: after.range.lowerBound)
            }
            return inner
        case .close where depth == 0:
            throw ScopeSyntaxError(.unopenedParenthesis, at: next.range.lowerBound)
        case .close, .and, .or, .end:
            throw ScopeSyntaxError(.expectedScope, at: next.range.lowerBound)
        }
    }

    private func name(at range: Range<Int>) throws(ScopeSyntaxError) -> ScopeName {
        do {
            return try ScopeName(parsing: String(decoding: bytes[range], as: UTF8.self))
        } catch {
            // The place within the name becomes a place within the expression.
            throw ScopeSyntaxError(error.reason, at: range.lowerBound + error.position)
        }
    }

    private mutating func take(_ token: Token) -> Bool {
        let next = peek()
        guard next.token == token else { return false }
        position = next.range.upperBound
        return true
    }

    private func peek() -> (token: Token, range: Range<Int>) {
        var start = position
        while start < bytes.count && Self.isSpace(bytes[start]) { start += 1 }
        guard start < bytes.count else { return (.end, start..<start) }
        switch bytes[start] {
        case UInt8(ascii: "("): return (.open, start..<start + 1)
        case UInt8(ascii: ")"): return (.close, start..<start + 1)
        default: break
        }
        var end = start
        while end < bytes.count && !Self.isBoundary(bytes[end]) { end += 1 }
        let word = bytes.part(start..<end)
        if ScopeSyntax.isAnd(word) { return (.and, start..<end) }
        return (ScopeSyntax.isOr(word) ? .or : .word, start..<end)
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"): true
        default: false
        }
    }

    private static func isBoundary(_ byte: UInt8) -> Bool {
        isSpace(byte) || byte == UInt8(ascii: "(") || byte == UInt8(ascii: ")")
    }

    private static func lay(_ tree: Tree, into nodes: inout [Node]) {
        let place = nodes.count
        switch tree {
        case .name(let name):
            nodes.append(.name(name))
        case .all(let children):
            nodes.append(.all(end: 0))
            for child in children { lay(child, into: &nodes) }
            nodes[place] = .all(end: nodes.count)
        case .any(let children):
            nodes.append(.any(end: 0))
            for child in children { lay(child, into: &nodes) }
            nodes[place] = .any(end: nodes.count)
        }
    }
}
