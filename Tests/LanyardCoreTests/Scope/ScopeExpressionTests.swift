import Foundation
import LanyardCore
import LanyardTesting
import Testing

@Suite("Scope expressions")
struct ScopeExpressionTests {
    private func holding(_ texts: String...) -> ScopeSet { ScopeSet(texts.compactMap { Scope($0) }) }

    static let texts: [(String, String)] = [
        ("a", "a"), (" a ", "a"), ("a and b", "a and b"), ("a\tor\r\nb", "a or b"), ("(a)", "a"), ("((a))", "a"),
        ("a and b or c", "a and b or c"), ("(a and b) or c", "a and b or c"), ("a and (b or c)", "a and (b or c)"),
        ("a or b and c", "a or b and c"), ("(a or b) and c", "(a or b) and c"), ("a and (b and c)", "a and b and c"),
        ("(a or b) or (c or d)", "a or b or c or d"), ("a and a", "a"), ("a or (a or a)", "a"),
        ("(a)and(b)", "a and b"),
        ("a or b or a", "a or b"), ("((a or b) and (c or d)) or e", "(a or b) and (c or d) or e"),
        ("android and order", "android and order"), ("lanyard:keys:write", "lanyard:keys:write"),
    ]

    @Test("'and' binds tighter than 'or', and the text keeps only the parentheses that it needs", arguments: texts)
    func reading(text: String, canonical: String) throws {
        let expression = try ScopeExpression(parsing: text)
        #expect(expression.description == canonical)
        #expect(try ScopeExpression(parsing: canonical) == expression)
        let json = try JSONEncoder().encode([expression])
        #expect(try JSONDecoder().decode([ScopeExpression].self, from: json) == [expression])
    }

    static let errors: [(String, ScopeSyntaxError.Reason, Int)] = [
        ("", .empty, 0), (" \n", .empty, 0), ("and", .expectedScope, 0), ("or a", .expectedScope, 0),
        ("a and", .expectedScope, 5), ("a or ", .expectedScope, 5), ("a and or b", .expectedScope, 6),
        ("a b", .expectedOperator, 2), ("a (b)", .expectedOperator, 2), ("(a) b", .expectedOperator, 4),
        ("(a b)", .expectedOperator, 3), ("()", .expectedScope, 1), ("(a or )", .expectedScope, 6),
        ("(a", .unclosedParenthesis, 0), ("a and (b or (c)", .unclosedParenthesis, 6), ("a)", .unopenedParenthesis, 1),
        (")", .unopenedParenthesis, 0), ("(a))", .unopenedParenthesis, 3), ("a and )", .unopenedParenthesis, 6),
        ("a AND b", .expectedOperator, 2), ("A", .invalidCharacter, 0), ("a and b:C", .invalidCharacter, 8),
        ("a or b:*", .wildcardInName, 7), ("a or lanyard:x@p", .projectNotAllowed, 14), ("a&&b", .invalidCharacter, 1),
        ("a or :b", .emptySegment, 5), ("a or é", .invalidCharacter, 5), ("a, b", .invalidCharacter, 1),
    ]

    @Test("what is no expression is refused with its reason and the place", arguments: errors)
    func refused(text: String, reason: ScopeSyntaxError.Reason, position: Int) {
        let error = #expect(throws: ScopeSyntaxError.self) { try ScopeExpression(parsing: text) }
        #expect(error?.reason == reason, "\(text)")
        #expect(error?.position == position, "\(text)")
        #expect(ScopeExpression(text) == nil)
    }

    @Test("an expression has limits: its length, its depth, its names")
    func limits() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "(", count: depth) + "a" + String(repeating: ")", count: depth)
        }
        func names(_ count: Int) -> String { (0..<count).map { "s\($0)" }.joined(separator: " or ") }
        #expect(ScopeExpression(nested(16)) != nil)
        #expect(throws: ScopeSyntaxError.self) { try ScopeExpression(parsing: nested(17)) }
        #expect(try ScopeExpression(parsing: names(32)).names.count == 32)
        let tooMany = #expect(throws: ScopeSyntaxError.self) { try ScopeExpression(parsing: names(33)) }
        #expect(tooMany?.reason == .tooManyNames)
        let padded = "a" + String(repeating: " ", count: 1023)
        #expect(ScopeExpression(padded) != nil)
        let tooLong = #expect(throws: ScopeSyntaxError.self) { try ScopeExpression(parsing: padded + " ") }
        #expect(tooLong?.reason == .tooLong)
        let deep = #expect(throws: ScopeSyntaxError.self) {
            try ScopeExpression(parsing: String(repeating: "(", count: 1024))
        }
        #expect(deep?.reason == .tooDeep)
        #expect(deep?.position == 16)
    }

    @Test("an error never repeats the text")
    func noEcho() {
        let error = #expect(throws: ScopeSyntaxError.self) {
            try ScopeExpression(parsing: "lyd_live_bJqBlTW9bh6vX23K3sQzLe7gC8Fdbtdh5h3dBuEYyDw1BwFgp")
        }
        #expect(error?.description.contains("bJqB") == false)
    }

    static let missing: [(String, [String], String)] = [
        ("a", [], "a"), ("a", ["a"], ""), ("a and b", ["a"], "b"), ("a and b", [], "a and b"), ("a or b", [], "a or b"),
        ("a or b", ["b"], ""), ("a and (b or c)", ["a"], "b or c"), ("a and (b or c)", ["c"], "a"),
        ("a and (b or c)", [], "a and (b or c)"), ("(a and b) or (c and d)", ["a", "c"], "b or d"),
        ("(a and b) or (c and b)", ["a", "c"], "b"), ("(a and (b or c)) or d", ["a"], "b or c or d"),
        ("a:x and b", ["a:*"], "b"), ("(a or b) and (a or b)", [], "a or b"),
        ("((a and b) or c) and (b or c)", ["a"], "b or c"), ("lanyard:x and a", ["*"], "lanyard:x"),
    ]

    @Test("what is missing is what is left to demand", arguments: missing)
    func remainder(text: String, held: [String], expected: String) throws {
        let expression = try ScopeExpression(parsing: text)
        let scopes = ScopeSet(held.compactMap { Scope($0) })
        #expect(expression.missing(from: scopes) == expected)
        #expect(expression.isSatisfied(by: scopes) == expected.isEmpty)
    }

    @Test("a scope of Lanyard's own is satisfied by holding it for one project")
    func project() throws {
        let expression = ScopeExpression(try ScopeName(parsing: "lanyard:keys:read"))
        #expect(expression.isSatisfied(by: holding("lanyard:keys:read@p")))
        #expect(!expression.isSatisfied(by: holding("*")))
    }

    /// An expression as a tree, with its meaning and its text by the plainest rules.
    private indirect enum Tree {
        case name(String)
        case and(Tree, Tree)
        case or(Tree, Tree)

        var text: String {
            switch self {
            case .name(let name): name
            case .and(let left, let right): "(\(left.text) and \(right.text))"
            case .or(let left, let right): "(\(left.text) or \(right.text))"
            }
        }

        func holds(_ held: Set<String>) -> Bool {
            switch self {
            case .name(let name): held.contains(name)
            case .and(let left, let right): left.holds(held) && right.holds(held)
            case .or(let left, let right): left.holds(held) || right.holds(held)
            }
        }

        static func random(depth: Int, using generator: inout SeededGenerator) -> Tree {
            if depth == 0 || Int.random(in: 0..<4, using: &generator) == 0 {
                return .name(["a", "b", "c", "d"].randomElement(using: &generator) ?? "a")
            }
            let left = random(depth: depth - 1, using: &generator)
            let right = random(depth: depth - 1, using: &generator)
            return Bool.random(using: &generator) ? .and(left, right) : .or(left, right)
        }
    }

    @Test("an expression means what its tree means, keeps its meaning as text, and what is missing would satisfy it")
    func meaning() throws {
        var generator = SeededGenerator(seed: 15)
        let subsets = (0..<16).map { bits in
            Set(["a", "b", "c", "d"].enumerated().filter { bits >> $0.offset & 1 == 1 }.map(\.element))
        }
        for _ in 0..<1_000 {
            let tree = Tree.random(depth: 4, using: &generator)
            let expression = try ScopeExpression(parsing: tree.text)
            #expect(try ScopeExpression(parsing: expression.description) == expression)
            for held in subsets {
                let scopes = ScopeSet(held.compactMap { Scope($0) })
                #expect(expression.isSatisfied(by: scopes) == tree.holds(held))
                let missing = expression.missing(from: scopes)
                #expect(missing.isEmpty == tree.holds(held))
                guard let rest = ScopeExpression(missing) else { continue }
                #expect(held.isDisjoint(with: rest.names.map(\.description)))
                // With anything more, the whole is satisfied exactly if the rest is.
                for more in subsets {
                    let larger = scopes.union(ScopeSet(more.compactMap { Scope($0) }))
                    #expect(expression.isSatisfied(by: larger) == rest.isSatisfied(by: larger))
                }
            }
        }
    }

    @Test("no text brings the parser down, and what it reads it reads again")
    func randomTexts() {
        var generator = SeededGenerator(seed: 16)
        let pieces = ["a", "b:c", " ", " ", " and ", " or ", "(", ")", "*", "@", "\n", "é", "A", "\u{0}"]
        for _ in 0..<100_000 {
            let text = generator.text(of: pieces, longest: 14)
            guard let expression = ScopeExpression(text) else { continue }
            #expect(ScopeExpression(expression.description) == expression)
        }
    }
}
