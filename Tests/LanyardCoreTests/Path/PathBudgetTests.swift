import Testing

@testable import LanyardCore

@Suite("What patterns may cost")
struct PathBudgetTests {
    @Test("patterns made to be slow match nothing, within the budget of the whole set")
    func slow() throws {
        let path = try CanonicalPath(rawPath: "/" + String(repeating: "a", count: 8190))
        let patterns = (0..<256).compactMap { number in
            PathPattern("/*" + String(repeating: "a", count: 500 - number) + "b")
        }
        #expect(patterns.count == 256)
        #expect(!PathPatternSet(patterns).matches(path))
        var budget = PathMatcher.stepBudget
        for pattern in patterns { _ = pattern.matches(path, budget: &budget) }
        // One pass beyond the end: each pattern looks once at what is left and gives up.
        #expect(budget > -2 * 8192 * 256)
        #expect(budget < 0)
    }

    @Test("256 ordinary patterns with wildcards stay far within the budget")
    func ordinary() throws {
        let path = try CanonicalPath(rawPath: "/v1/customers/cus_0123456789/invoices/2026/11/report-final.pdf")
        var patterns = (0..<255).compactMap { PathPattern("/v1/customers/*/invoices/**/part-*-\($0).pdf") }
        patterns.append(try #require(PathPattern("/v1/customers/*/invoices/**/report-*.pdf")))
        #expect(PathPatternSet(patterns).matches(path))
        var budget = PathMatcher.stepBudget
        for pattern in patterns { _ = pattern.matches(path, budget: &budget) }
        #expect(budget > PathMatcher.stepBudget / 2)
    }
}
