/// The rules of style that a text can be held against. Each is a function from text to findings; what only a reader can
/// judge is left to readers. `swift format lint` sees to layout, documentation of public declarations and forced
/// unwrapping.
enum StyleRules {
    static let longestFile = 500

    /// A file that may be longer, how long, and why splitting it would make it worse.
    struct LongFile {
        let path: String
        let lines: Int
        let reason: String
    }

    /// A long file holds more than one thing. An exception that is no longer needed is a finding too.
    static func length(path: String, lines: Int, exceptions: [LongFile]) -> [Finding] {
        let exception = exceptions.first { $0.path == path }
        if let exception, lines <= longestFile {
            return [Finding(path, "is down to \(lines) lines: its exception (\(exception.reason)) can go")]
        }
        let limit = exception?.lines ?? longestFile
        return lines > limit ? [Finding(path, "has \(lines) lines; \(limit) is the most: split it by feature")] : []
    }

    /// Work that is left for later belongs on the list of issues, where somebody finds it.
    static func unfinishedWork(path: String, lines: [SourceLine]) -> [Finding] {
        let markers = ["TO" + "DO", "FIX" + "ME", "XX" + "X"]
        return lines.flatMap { line in
            markers.filter { marker in
                (line.code + " " + line.commentText)
                    .hasOccurrence(of: marker) { before in before.map { !$0.isIdentifierPart } ?? true }
            }
            .map { Finding(path, line: line.number, "\($0): do it, or file it as an issue") }
        }
    }

    /// What switches a check of the compiler off, or ends the process: permitted with the reason beside it. A failed
    /// precondition may tell its reason in its message, which is for whoever embeds Lanyard wrongly.
    static let needsReason = [
        "try!", "as!", "@unchecked", "nonisolated(unsafe)", "unowned(unsafe)", "fatalError(", "unsafeBitCast(",
        "unsafeDowncast(", "preconditionFailure()",
    ]

    /// The reason stands in a `//` comment at the end of the line, or on the line above. A `///` comment says what a
    /// declaration is and doesn't count.
    static func missingReasons(path: String, lines: [SourceLine]) -> [Finding] {
        zip(lines, [nil] + lines).flatMap { line, above -> [Finding] in
            if line.givesReason || above?.givesReason ?? false { return [] }
            return needsReason.filter(line.mentions).map { word in
                Finding(path, line: line.number, "\(word) without its reason in a // comment here or on the line above")
            }
        }
    }

    /// A service's output is its log. Only the command, and the server as it starts, talk to a terminal.
    static func printing(path: String, target: String, lines: [SourceLine]) -> [Finding] {
        if ["LanyardCommand", "LanyardServer"].contains(target) { return [] }
        return lines.flatMap { line in
            ["print(", "debugPrint(", "dump(", "NSLog("]
                .filter { line.mentions($0) && !line.code.contains("func \($0)") }
                .map { Finding(path, line: line.number, "\($0)…): log it, or return it") }
        }
    }

    /// The rules of the core are told the time: they never look at a clock, nor wait.
    static func clocks(path: String, lines: [SourceLine]) -> [Finding] {
        lines.flatMap { line in
            ["ContinuousClock", "SuspendingClock", "Task.sleep"]
                .filter(line.mentions)
                .map { Finding(path, line: line.number, "\($0) in the core: take the time as a parameter") }
        }
    }

    /// What a service that embeds Lanyard can't reach is not public.
    static func publicDeclarations(path: String, lines: [SourceLine]) -> [Finding] {
        // `open` is also a name that a parameter or a function may have.
        let openable = ["class", "func", "var", "subscript", "override", "init"]
        return lines.filter { line in
            let words = line.code.split(whereSeparator: \.isWhitespace)
            let isOpen = zip(words, words.dropFirst()).contains { $0 == "open" && openable.contains(String($1)) }
            return (isOpen || words.contains { $0 == "public" || $0 == "public(set)" }) && ImportLine(line) == nil
        }
        .map { Finding(path, line: $0.number, "public outside the products' targets: make it package") }
    }

    /// A name that says nothing of its contents collects everything.
    static func emptyNames(path: String) -> [Finding] {
        let empty = ["Util", "Utils", "Utilities", "Helper", "Helpers", "Common", "Manager", "Misc"]
        return path.split(separator: "/").flatMap { part -> [Finding] in
            let stem = part.split(separator: ".").first.map(String.init) ?? ""
            return empty.filter { stem.hasSuffix($0) || stem == $0.lowercased() }
                .prefix(1).map { Finding(path, "“\($0)” says nothing: name it after what it holds") }
        }
    }

    /// A test that is switched off proves nothing, and looks as if it did.
    static func skippedTests(path: String, lines: [SourceLine]) -> [Finding] {
        lines.flatMap { line in
            [".disabled(", ".enabled(if:", "withKnownIssue"]
                .filter { line.code.contains($0) }
                .map { Finding(path, line: line.number, "\($0): no test is switched off here") }
        }
    }

    /// A test's name is the sentence that it proves: `@Test("a denied request has charged nothing")`.
    static func namelessTests(path: String, lines: [SourceLine]) -> [Finding] {
        lines.enumerated().compactMap { index, line in
            guard line.mentions("@Test") else { return nil }
            let rest = line.code.drop { $0 != "@" }.dropFirst("@Test".count)
            let isOpen = rest.isEmpty || rest == "("
            let next = isOpen && index + 1 < lines.count ? lines[index + 1].code : ""
            let text = (rest + next).filter { !$0.isWhitespace }
            if text.hasPrefix("(\"") { return nil }
            return Finding(path, line: line.number, "@Test without a sentence for a name")
        }
    }
}
