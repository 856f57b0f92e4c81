import Testing

@Suite("The documents")
struct DocumentTests {
    @Test("every relative link in a document leads to something in the checkout")
    func links() {
        let findings = SourceTree.documents.filter { !$0.path.contains(".docc/") }.flatMap { document in
            DocumentRules.brokenLinks(path: document.path, markdown: document.text, exists: SourceTree.exists)
        }
        #expect(!SourceTree.documents.isEmpty)
        #expect(findings.isEmpty, "\(findings.report)")
    }

    @Test("a link to nowhere is found, also one that leads out of the checkout")
    func brokenLinks() {
        let markdown = """
            [a](there.md) and [b](gone.md "title") ![c](../image.png)
            [d](../../out.md), [e](https://example.org/x) and [f](#heading), `[g](code.md)`
            ```
            [h](block.md)
            ```
            [i]: missing.md
            [j](/docs/there.md#part)
            """
        let findings = DocumentRules.brokenLinks(path: "docs/a.md", markdown: markdown) { path in
            path == "docs/there.md"
        }
        #expect(findings.map(\.line) == [1, 1, 2, 6])
    }
}
