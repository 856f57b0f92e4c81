/// A line of Swift, taken apart far enough for a rule to tell code from talk.
struct SourceLine: Equatable {
    enum Comment: Equatable {
        case none
        /// `//` and `/*`: where a reason for something unusual is given.
        case plain(String)
        /// `///` and `/**`: what a declaration is, which is not a reason for how it is done.
        case documentation(String)
    }

    /// From 1.
    let number: Int
    /// What the compiler acts upon. Of a string literal only the quotes are left, unless its contents were asked for.
    let code: String
    let comment: Comment

    /// Whether the line says why, in a comment meant for the next maintainer.
    var givesReason: Bool {
        switch comment {
        case .plain(let text): text.contains(where: \.isLetter)
        case .none, .documentation: false
        }
    }

    var commentText: String {
        switch comment {
        case .none: ""
        case .plain(let text), .documentation(let text): text
        }
    }
}

extension SourceLine {
    /// Where `word` stands in the code on its own, neither as a part of a longer name nor as a member of something.
    func mentions(_ word: String) -> Bool {
        code.hasOccurrence(of: word) { before in before.map { !$0.isIdentifierPart && $0 != "." } ?? true }
    }
}

extension String {
    /// Whether `needle` occurs with a permitted character before it, and no letter that would continue its last word after it.
    func hasOccurrence(of needle: String, after isPermitted: (Character?) -> Bool) -> Bool {
        var rest = self[...]
        while let found = rest.firstRange(of: needle) {
            let before = found.lowerBound == startIndex ? nil : self[index(before: found.lowerBound)]
            let next = found.upperBound == endIndex ? nil : self[found.upperBound]
            let continues = (needle.last?.isIdentifierPart ?? false) && (next?.isIdentifierPart ?? false)
            if isPermitted(before) && !continues { return true }
            rest = self[found.upperBound...]
        }
        return false
    }
}

extension Character {
    var isIdentifierPart: Bool { isLetter || isNumber || self == "_" }
}
