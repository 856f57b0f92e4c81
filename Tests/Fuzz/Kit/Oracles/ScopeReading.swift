import LanyardCore

/// Scopes and expressions by the plainest reading of their definition, on arrays of strings.
enum ScopeReading {
    static func isSegment(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { "abcdefghijklmnopqrstuvwxyz0123456789_.-".utf8.contains($0) }
    }

    static func segments(_ text: String) -> [String] {
        text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    }

    static func isScope(_ text: String) -> Bool {
        guard !text.isEmpty, text.utf8.count <= 128, text != "and", text != "or" else { return false }
        let halves = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let segments = segments(halves[0])
        guard segments.count <= 8, segments.allSatisfy({ $0 == "*" || isSegment($0) }) else { return false }
        guard halves.count == 2 else { return true }
        let project = halves[1]
        return segments[0] == "lanyard" && project.utf8.count <= 63 && isSegment(project)
            && !["_", ".", "-"].contains(project.prefix(1))
    }

    static func matches(_ pattern: String, _ name: String) -> Bool {
        let pattern = segments(String(pattern.split(separator: "@")[0]))
        let name = segments(name)
        if pattern[0] == "*", name[0] == "lanyard" { return false }
        return matches(pattern[...], name[...])
    }

    private static func matches(_ pattern: ArraySlice<String>, _ name: ArraySlice<String>) -> Bool {
        guard let want = pattern.first else { return name.isEmpty }
        guard let segment = name.first else { return false }
        if want == "*", pattern.count == 1 { return true }
        return (want == "*" || want == segment) && matches(pattern.dropFirst(), name.dropFirst())
    }

    /// An expression's value where some names are held, worked out on two stacks; nil where it is no expression.
    static func value(_ text: String, holding: (String) -> Bool) -> Bool? {
        var values: [Bool] = []
        var waiting: [String] = []
        var expectsOperand = true
        func rank(_ word: String) -> Int { word == "and" ? 2 : word == "or" ? 1 : 0 }
        func apply() {
            let right = values.removeLast()
            let left = values.removeLast()
            values.append(waiting.removeLast() == "and" ? left && right : left || right)
        }
        for word in words(text) {
            switch word {
            case "(":
                guard expectsOperand else { return nil }
                waiting.append(word)
            case ")":
                guard !expectsOperand else { return nil }
                while let last = waiting.last, last != "(" { apply() }
                guard waiting.popLast() != nil else { return nil }
            case "and", "or":
                guard !expectsOperand else { return nil }
                while let last = waiting.last, rank(last) >= rank(word) { apply() }
                waiting.append(word)
                expectsOperand = true
            default:
                guard expectsOperand, isScope(word), !word.contains("*"), !word.contains("@") else { return nil }
                values.append(holding(word))
                expectsOperand = false
            }
        }
        guard !expectsOperand else { return nil }
        while let last = waiting.last {
            if last == "(" { return nil }
            apply()
        }
        return values.count == 1 ? values[0] : nil
    }

    private static func words(_ text: String) -> [String] {
        var spaced = ""
        for scalar in text.unicodeScalars {
            if scalar == "(" || scalar == ")" { spaced += " \(scalar) " } else { spaced.unicodeScalars.append(scalar) }
        }
        let blanks: [UInt8] = [0x20, 0x09, 0x0a, 0x0d]
        return spaced.utf8.split { blanks.contains($0) }.map { String(Substring($0)) }
    }

    /// How deep parentheses stand in each other, and how many names there are: both have bounds.
    static func depthAndNames(_ text: String) -> (depth: Int, names: Int) {
        var depth = 0
        var deepest = 0
        var names = 0
        for word in words(text) {
            switch word {
            case "(":
                depth += 1
                deepest = max(deepest, depth)
            case ")": depth -= 1
            case "and", "or": break
            default: names += 1
            }
        }
        return (deepest, names)
    }
}
