import Testing

@Suite("The house's style")
struct StyleTests {
    /// Each entry is a promise to come back; a split by feature is nearly always the better answer.
    private static let longFiles: [StyleRules.LongFile] = [
        StyleRules.LongFile(
            path: "Sources/LanyardAdmin/Server/OpenAPIDocument.swift", lines: 10_000,
            reason: "written by scripts/embed-openapi: the contract, as one string")
    ]

    @Test("no source file is longer than its limit")
    func lengths() {
        let findings = SourceTree.sources.flatMap { file in
            StyleRules.length(path: file.path, lines: file.lines.count, exceptions: Self.longFiles)
        }
        #expect(findings.isEmpty, "\(findings.report)")
        #expect(Self.longFiles.allSatisfy { SourceTree.exists($0.path) && !$0.reason.isEmpty })
    }

    @Test("nothing is marked as left for later")
    func unfinishedWork() {
        let findings = (SourceTree.sources + SourceTree.tests + SourceTree.examples).flatMap { file in
            StyleRules.unfinishedWork(path: file.path, lines: file.lines)
        }
        #expect(findings.isEmpty, "\(findings.report)")
    }

    @Test("whatever switches a check off, or ends the process, has its reason beside it")
    func reasons() {
        let findings = (SourceTree.sources + SourceTree.examples).flatMap { file in
            StyleRules.missingReasons(path: file.path, lines: file.lines)
        }
        #expect(findings.isEmpty, "\(findings.report)")
    }

    @Test("nothing but the command and the server's start prints")
    func printing() {
        let findings = SourceTree.sources.flatMap { file in
            StyleRules.printing(path: file.path, target: file.target, lines: file.lines)
        }
        #expect(findings.isEmpty, "\(findings.report)")
    }

    @Test("the core never looks at a clock")
    func clocks() {
        let findings = SourceTree.sources.filter { $0.target == "LanyardCore" }.flatMap { file in
            StyleRules.clocks(path: file.path, lines: file.lines)
        }
        #expect(findings.isEmpty, "\(findings.report)")
    }

    @Test("only the targets behind the products declare anything public")
    func publicDeclarations() {
        let findings = SourceTree.sources
            .filter { ImportTable.lanyard.row($0.target)?.isPublic == false }
            .flatMap { StyleRules.publicDeclarations(path: $0.path, lines: $0.lines) }
        #expect(findings.isEmpty, "\(findings.report)")
    }

    @Test("every folder and file is named after what it holds")
    func names() {
        let folders = ["Sources", "Tests", "Examples", "Benchmarks", "docs", "scripts"]
        let findings = folders.flatMap(SourceTree.paths(in:)).flatMap(StyleRules.emptyNames(path:))
        #expect(findings.isEmpty, "\(findings.report)")
    }

    @Test("every test has a sentence for a name, and none is switched off")
    func tests() {
        let findings = SourceTree.tests.flatMap { file in
            StyleRules.namelessTests(path: file.path, lines: file.lines)
                + StyleRules.skippedTests(path: file.path, lines: file.lines)
        }
        #expect(findings.isEmpty, "\(findings.report)")
    }
}

@Suite("The style rules, on samples")
struct StyleRuleSamples {
    private func lines(_ text: String) -> [SourceLine] { SourceScanner.lines(of: text) }

    @Test("a file over the limit is found, and an exception holds up to its own limit")
    func length() {
        let exception = StyleRules.LongFile(path: "A.swift", lines: 700, reason: "one table")
        #expect(StyleRules.length(path: "A.swift", lines: 500, exceptions: []).isEmpty)
        #expect(StyleRules.length(path: "A.swift", lines: 501, exceptions: []).count == 1)
        #expect(StyleRules.length(path: "B.swift", lines: 501, exceptions: [exception]).count == 1)
        #expect(StyleRules.length(path: "A.swift", lines: 700, exceptions: [exception]).isEmpty)
        #expect(StyleRules.length(path: "A.swift", lines: 701, exceptions: [exception]).count == 1)
        #expect(StyleRules.length(path: "A.swift", lines: 400, exceptions: [exception]).count == 1)
    }

    @Test(
        "a marker of unfinished work is found in code and comments", arguments: ["TO" + "DO", "FIX" + "ME", "XX" + "X"])
    func unfinishedWork(marker: String) {
        #expect(StyleRules.unfinishedWork(path: "F", lines: lines("let a = 1 // \(marker): later")).count == 1)
        #expect(StyleRules.unfinishedWork(path: "F", lines: lines("/// \(marker) later")).count == 1)
        #expect(StyleRules.unfinishedWork(path: "F", lines: lines("let a\(marker) = \"\(marker)\"")).isEmpty)
    }

    @Test(
        "an escape from the compiler's checks is found",
        arguments: [
            "let a = try! f()", "let a = b as! C", "final class A: @unchecked Sendable {}",
            "nonisolated(unsafe) var a = 1", "fatalError()", "let s = \"\\(b as! C)\"",
            "else { preconditionFailure() }",
        ])
    func missingReason(code: String) {
        #expect(StyleRules.missingReasons(path: "F", lines: lines(code)).count == 1)
        #expect(StyleRules.missingReasons(path: "F", lines: lines("/// What it is.\n\(code)")).count == 1)
        #expect(StyleRules.missingReasons(path: "F", lines: lines("// why\n\n\(code)")).count == 1)
        #expect(StyleRules.missingReasons(path: "F", lines: lines("\(code) //")).count == 1)
    }

    @Test("an escape with its reason beside it is accepted, and so is its name in a text")
    func givenReason() {
        let accepted = [
            "let a = try! f() // a literal, tested", "// a literal, tested\nlet a = try! f()", "// fatalError(",
            "preconditionFailure(\"read before it was set\")", "let s = \"fatalError()\"", "let s = #\"as! \" try! \"#",
            "let s = \"\"\"\n  try! f()\n  \"\"\"",
        ]
        for text in accepted { #expect(StyleRules.missingReasons(path: "F", lines: lines(text)).isEmpty, "\(text)") }
    }

    @Test("printing is found anywhere but in the command and the server")
    func printing() {
        let sample = lines("func f() { print(\"a\") }")
        #expect(StyleRules.printing(path: "F", target: "LanyardCore", lines: sample).count == 1)
        #expect(StyleRules.printing(path: "F", target: "LanyardCommand", lines: sample).isEmpty)
        let others = lines("context.print(1)\nfunc print(_ a: Int) {}\nfingerprint(a)\n// print(a)")
        #expect(StyleRules.printing(path: "F", target: "LanyardCore", lines: others).isEmpty)
    }

    @Test("a clock is found in code, not in a comment")
    func clocks() {
        let sample = lines("let now = ContinuousClock().now // not a SuspendingClock\ntry await Task.sleep(for: .zero)")
        #expect(StyleRules.clocks(path: "F", lines: sample).map(\.line) == [1, 2])
        #expect(StyleRules.clocks(path: "F", lines: lines("/// Unlike ContinuousClock.")).isEmpty)
    }

    @Test("a public declaration is found; a public import, and the word in a name or a text, is not")
    func publicDeclarations() {
        let bad = lines("public struct A {}\n@usableFromInline public func f()\nopen class B {}\npublic(set) var a = 1")
        #expect(StyleRules.publicDeclarations(path: "F", lines: bad).count == 4)
        let good = lines("public import A\npackage let publicKey = \"public key\"\nfile.open()\nlet open = 1 // public")
        #expect(StyleRules.publicDeclarations(path: "F", lines: good).isEmpty)
    }

    @Test(
        "a name that says nothing is found",
        arguments: [
            "Sources/A/Utils/B.swift", "Sources/A/StringHelpers.swift", "Sources/KeyManager/A.swift", "docs/common.md",
        ])
    func emptyNames(path: String) {
        #expect(StyleRules.emptyNames(path: path).count == 1)
        #expect(StyleRules.emptyNames(path: "Sources/LanyardManagement/Manage.swift").isEmpty)
    }

    @Test("a test without a sentence, or one that is switched off, is found")
    func tests() {
        let nameless = lines(
            "@Test func a() {}\n@Test(arguments: [1]) func b() {}\n@Test\nfunc c() {}\n@Test(\n.tags(.x))")
        #expect(StyleRules.namelessTests(path: "F", lines: nameless).map(\.line) == [1, 2, 3, 5])
        let named = lines("@Test(\"it holds\") func a() {}\n@Test(\n    \"it holds\", arguments: [1])\nfunc b() {}")
        #expect(StyleRules.namelessTests(path: "F", lines: named).isEmpty)
        let off = lines("@Test(\"a b\", .disabled(\"later\")) func a() {}\n@Test(\"a\", .enabled(if: false))")
        #expect(StyleRules.skippedTests(path: "F", lines: off).map(\.line) == [1, 2])
    }
}
