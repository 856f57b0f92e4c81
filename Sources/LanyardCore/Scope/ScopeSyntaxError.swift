/// Why a text is no scope, no scope's name or no scope expression, and where.
///
/// It tells the place and what was expected there, never the text itself, which may be a secret in the wrong field.
public struct ScopeSyntaxError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong; the raw values are stable.
    public enum Reason: String, Sendable, CaseIterable {
        /// Nothing was written.
        case empty
        /// More bytes than ``Scope/maximumLength`` or ``ScopeExpression/maximumLength``.
        case tooLong = "too_long"
        /// More segments than ``Scope/maximumSegmentCount``.
        case tooManySegments = "too_many_segments"
        /// A segment without characters: a `:` at the start, at the end, or two in a row.
        case emptySegment = "empty_segment"
        /// A character that no scope may hold; upper-case letters are among them.
        case invalidCharacter = "invalid_character"
        /// A `*` with other characters in its segment.
        case partialWildcard = "partial_wildcard"
        /// A `*` where one scope has to be named.
        case wildcardInName = "wildcard_in_name"
        /// The words `and` and `or` belong to expressions.
        case reservedWord = "reserved_word"
        /// An `@` after a scope that does not begin with `lanyard`, or in the name of a scope.
        case projectNotAllowed = "project_not_allowed"
        /// What follows the `@` is no project's name.
        case invalidProject = "invalid_project"
        /// An expression goes on without a scope or a `(`.
        case expectedScope = "expected_scope"
        /// Two scopes stand side by side.
        case expectedOperator = "expected_operator"
        /// A `(` is never closed.
        case unclosedParenthesis = "unclosed_parenthesis"
        /// A `)` closes nothing.
        case unopenedParenthesis = "unopened_parenthesis"
        /// Parentheses deeper than ``ScopeExpression/maximumDepth``.
        case tooDeep = "too_deep"
        /// More scopes than ``ScopeExpression/maximumNameCount``.
        case tooManyNames = "too_many_names"
    }

    /// What is wrong.
    public let reason: Reason
    /// Where: how many UTF-8 bytes come before the place.
    public let position: Int

    init(_ reason: Reason, at position: Int) {
        self.reason = reason
        self.position = position
    }

    /// A sentence with the place and what was expected there.
    public var description: String { "at byte \(position): \(reason.sentence)" }
}

extension ScopeSyntaxError.Reason {
    fileprivate var sentence: String {
        switch self {
        case .empty: "expected a scope, but nothing is written"
        case .tooLong:
            "expected at most \(Scope.maximumLength) bytes in a scope and "
                + "\(ScopeExpression.maximumLength) in an expression"
        case .tooManySegments: "expected at most \(Scope.maximumSegmentCount) segments"
        case .emptySegment: "expected a segment: each side of a ':' needs one"
        case .invalidCharacter: "expected a-z, 0-9, '_', '.', '-' or ':'"
        case .partialWildcard: "expected '*' to be a whole segment"
        case .wildcardInName: "expected one scope by its name, without '*'"
        case .reservedWord: "expected a scope; the words 'and' and 'or' are reserved"
        case .projectNotAllowed: "expected no '@': only a granted scope that begins with 'lanyard' can name a project"
        case .invalidProject: "expected a project's name after '@'"
        case .expectedScope: "expected a scope or '('"
        case .expectedOperator: "expected 'and', 'or' or the end"
        case .unclosedParenthesis: "expected ')' for this '('"
        case .unopenedParenthesis: "expected no ')': none is open"
        case .tooDeep: "expected parentheses at most \(ScopeExpression.maximumDepth) deep"
        case .tooManyNames: "expected at most \(ScopeExpression.maximumNameCount) scopes"
        }
    }
}
