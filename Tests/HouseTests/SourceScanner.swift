/// Splits Swift source into lines of code and comment.
///
/// A full parser would be a dependency as large as the product; the rules here only need to know what is code, what is
/// a comment and what is the inside of a string. The scanner keeps a stack of what it is in, because a string may hold
/// an interpolation that holds code that holds a string. A construct that it misreads (a regular expression with a
/// quote in it) is left behind at the end of the line, so an error can't spread.
struct SourceScanner {
    enum StringContents {
        case dropped
        case kept
    }

    private enum Context {
        /// `openParentheses` tells the end of an interpolation from a parenthesis within it.
        case code(openParentheses: Int)
        case string(hashes: Int, isMultiline: Bool)
        case lineComment
        case blockComment(depth: Int)
    }

    private static let quote = UInt8(ascii: "\"")
    private static let hash = UInt8(ascii: "#")
    private static let slash = UInt8(ascii: "/")
    private static let star = UInt8(ascii: "*")
    private static let backslash = UInt8(ascii: "\\")
    private static let newline = UInt8(ascii: "\n")

    private let bytes: [UInt8]
    private let stringContents: StringContents
    private var position = 0
    private var contexts: [Context] = [.code(openParentheses: 0)]
    private var code: [UInt8] = []
    private var comment: [UInt8] = []
    private var isDocumentation = false
    private var lines: [SourceLine] = []

    private init(_ text: String, _ stringContents: StringContents) {
        bytes = Array(text.utf8)
        self.stringContents = stringContents
    }

    static func lines(of text: String, stringContents: StringContents = .dropped) -> [SourceLine] {
        var scanner = SourceScanner(text, stringContents)
        scanner.run()
        return scanner.lines
    }

    private mutating func run() {
        while position < bytes.count {
            if bytes[position] == Self.newline {
                endLine()
                position += 1
                continue
            }
            switch contexts.last {
            case .code(let openParentheses): scanCode(openParentheses)
            case .string(let hashes, let isMultiline): scanString(hashes, isMultiline)
            case .lineComment: takeComment(1)
            case .blockComment(let depth): scanBlockComment(depth)
            case nil: contexts = [.code(openParentheses: 0)]
            }
        }
        if !code.isEmpty || !comment.isEmpty { endLine() }
    }

    private mutating func endLine() {
        let text = String(decoding: comment, as: UTF8.self)
        let kind: SourceLine.Comment = comment.isEmpty ? .none : isDocumentation ? .documentation(text) : .plain(text)
        lines.append(
            SourceLine(number: lines.count + 1, code: String(decoding: code, as: UTF8.self), comment: kind))
        code.removeAll(keepingCapacity: true)
        comment.removeAll(keepingCapacity: true)
        switch contexts.last {
        case .lineComment: contexts.removeLast()
        case .string(_, isMultiline: false): contexts.removeLast()
        case .string(_, isMultiline: true), .blockComment, .code, nil: break
        }
    }

    private func starts(with expected: [UInt8], at offset: Int = 0) -> Bool {
        bytes[min(position + offset, bytes.count)...].starts(with: expected)
    }

    private func run(of byte: UInt8, at offset: Int) -> Int {
        bytes[min(position + offset, bytes.count)...].prefix { $0 == byte }.count
    }

    private mutating func takeCode(_ count: Int) {
        code.append(contentsOf: bytes[position..<min(position + count, bytes.count)])
        position += count
    }

    private mutating func takeComment(_ count: Int) {
        comment.append(contentsOf: bytes[position..<min(position + count, bytes.count)])
        position += count
    }
}

extension SourceScanner {
    private mutating func scanCode(_ openParentheses: Int) {
        let hashes = run(of: Self.hash, at: 0)
        if starts(with: [Self.slash, Self.slash]) {
            isDocumentation = run(of: Self.slash, at: 0) == 3
            contexts.append(.lineComment)
        } else if starts(with: [Self.slash, Self.star]) {
            isDocumentation = run(of: Self.star, at: 1) == 2
            contexts.append(.blockComment(depth: 1))
            takeComment(2)
        } else if starts(with: [Self.quote], at: hashes) {
            let isMultiline = run(of: Self.quote, at: hashes) >= 3
            contexts.append(.string(hashes: hashes, isMultiline: isMultiline))
            takeCode(hashes + (isMultiline ? 3 : 1))
        } else {
            scanParenthesis(openParentheses)
            takeCode(max(1, hashes))
        }
    }

    /// A parenthesis that closes more than was opened ends the interpolation and gives way to the string around it.
    private mutating func scanParenthesis(_ openParentheses: Int) {
        let change =
            switch bytes[position] {
            case UInt8(ascii: "("): 1
            case UInt8(ascii: ")"): -1
            default: 0
            }
        contexts.removeLast()
        let isEndOfInterpolation = openParentheses + change < 0 && !contexts.isEmpty
        if !isEndOfInterpolation { contexts.append(.code(openParentheses: max(0, openParentheses + change))) }
    }

    private mutating func scanString(_ hashes: Int, _ isMultiline: Bool) {
        let marks = [UInt8](repeating: Self.hash, count: hashes)
        let end = [UInt8](repeating: Self.quote, count: isMultiline ? 3 : 1) + marks
        let escape = [Self.backslash] + marks
        if starts(with: end) {
            contexts.removeLast()
            takeCode(end.count)
        } else if starts(with: escape + [UInt8(ascii: "(")]) {
            contexts.append(.code(openParentheses: 0))
            takeCode(escape.count + 1)
        } else {
            let isEscaped = starts(with: escape) && !starts(with: [Self.newline], at: escape.count)
            let count = isEscaped ? escape.count + 1 : 1
            switch stringContents {
            case .kept: takeCode(count)
            case .dropped: position += count
            }
        }
    }

    private mutating func scanBlockComment(_ depth: Int) {
        if starts(with: [Self.slash, Self.star]) {
            contexts[contexts.count - 1] = .blockComment(depth: depth + 1)
            takeComment(2)
        } else if starts(with: [Self.star, Self.slash]) {
            contexts.removeLast()
            if depth > 1 { contexts.append(.blockComment(depth: depth - 1)) }
            takeComment(2)
        } else {
            takeComment(1)
        }
    }
}
