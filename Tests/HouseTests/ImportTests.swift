import Testing

@Suite("The import table")
struct ImportTests {
    @Test("every import is one that the table permits and Package.swift declares")
    func importsOfSources() throws {
        let rules = ImportRules(table: .lanyard, manifest: PackageManifest(try SourceTree.manifest))
        let findings = SourceTree.sources.flatMap { file in
            rules.findings(path: file.path, target: file.target, lines: file.lines)
        }
        #expect(!SourceTree.sources.isEmpty)
        #expect(findings.isEmpty, "\(findings.report)")
    }

    @Test("Package.swift declares what the table says, and nothing else")
    func manifestMatchesTable() throws {
        let manifest = PackageManifest(try SourceTree.manifest)
        let findings = ImportRules(table: .lanyard, manifest: manifest)
            .manifestFindings(examples: ImportTable.examples, products: ImportTable.products)
        #expect(findings.isEmpty, "\(findings.report)")
        #expect(manifest.unread.isEmpty, "dependencies that this test can't read: \(manifest.unread)")
    }

    @Test("every folder of Sources is a row of the table, and every row a folder with code in it")
    func foldersMatchTable() {
        let folders = Set(SourceTree.sources.map(\.target))
        #expect(folders == Set(ImportTable.lanyard.rows.map(\.target)).subtracting(ImportTable.benchmarks))
    }

    @Test("the table has no circle, no unknown name, and no adapter that stands on another")
    func tableIsSound() {
        let findings = ImportTable.lanyard.findings(adapters: ImportTable.adapters)
        #expect(findings.isEmpty, "\(findings.report)")
    }

    @Test("every exception in the table is for a file that exists")
    func exceptionsExist() {
        for path in ImportTable.lanyard.rows.flatMap(\.exceptions.keys) { #expect(SourceTree.exists(path), "\(path)") }
    }
}

@Suite("The import rules, on samples")
struct ImportRuleSamples {
    private static let table = ImportTable(rows: [
        .init(
            target: "Core", standsOn: [], products: ["Crypto"], system: .none, isPublic: true,
            exceptions: ["Memory.swift": "zeroing"]),
        .init(target: "Storage", standsOn: ["Core"], products: [], system: .foundation, isPublic: true),
        .init(target: "Disk", standsOn: ["Storage"], products: ["GRDB"], system: .platform, isPublic: true),
    ])
    private static let text = """
        let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
        let database: Target.Dependency =
            .product(name: "GRDB", package: "GRDB.swift")
        targets: [
            library("Core", [crypto]),
            library("Storage", ["Core"]), // a remark with "quotes" and [brackets]
            .executableTarget(name: "Disk", dependencies: [
                "Storage", "Core", database,
            ]),
            .executableTarget(name: "Sample", dependencies: ["Disk", crypto], path: "Examples/Sample"),
        ]
        """

    private func findings(
        _ source: String, in target: String, path: String = "F.swift", manifest: String = text
    ) -> [Finding] {
        ImportRules(table: Self.table, manifest: PackageManifest(manifest))
            .findings(path: path, target: target, lines: SourceScanner.lines(of: source))
    }

    private func manifestFindings(_ manifest: String) -> [String] {
        ImportRules(table: Self.table, manifest: PackageManifest(manifest))
            .manifestFindings(examples: ["Sample"], products: ["Disk"]).map(\.message)
    }

    @Test(
        "an import line is understood in all its forms",
        arguments: [
            "import Foundation", "public import Foundation", "@preconcurrency import Foundation",
            "@_exported public import Foundation", "  import struct Foundation.Date", "import Foundation // why",
            "@_spi(Inner) package import Foundation",
        ])
    func formsOfImport(line: String) throws {
        let line = try #require(SourceScanner.lines(of: line).first)
        #expect(ImportLine(line)?.module == "Foundation")
    }

    @Test(
        "what only looks like an import is none",
        arguments: ["// import Foundation", "let s = \"import Foundation\"", "importer.run()", "let important = 1"])
    func notImports(line: String) throws {
        let line = try #require(SourceScanner.lines(of: line).first)
        #expect(ImportLine(line) == nil)
    }

    @Test("a target may import what it stands on, however far beneath, and its own products")
    func permitted() {
        #expect(findings("import Crypto\nimport Synchronization", in: "Core").isEmpty)
        #expect(findings("public import Core\nimport Foundation\nimport GRDB\nimport Glibc", in: "Disk").isEmpty)
    }

    @Test(
        "an import that points up, aside or out is found",
        arguments: [
            ("Core", "import Storage"), ("Core", "import Foundation"), ("Storage", "import Disk"),
            ("Storage", "import Glibc"), ("Storage", "public import GRDB"), ("Disk", "import NIOCore"),
            ("Disk", "@testable import Core"), ("Elsewhere", "import Core"),
        ])
    func forbidden(target: String, source: String) {
        #expect(findings("\n\(source)", in: target).count == 1)
    }

    @Test("an exception opens the platform to one file, and nothing more")
    func exceptions() {
        #expect(findings("import Glibc", in: "Core", path: "Memory.swift").isEmpty)
        #expect(findings("import Glibc", in: "Core").count == 1)
        #expect(findings("import NIOCore", in: "Core", path: "Memory.swift").count == 1)
    }

    @Test("an import that the table permits but Package.swift does not declare is found")
    func undeclared() {
        let manifest = Self.text.replacing("\"Storage\", \"Core\", database", with: "\"Storage\", database")
        #expect(findings("import Core", in: "Disk", manifest: manifest).first?.line == 1)
    }

    @Test("a Package.swift that matches the table is accepted")
    func matchingManifest() {
        #expect(manifestFindings(Self.text) == [])
        #expect(PackageManifest(Self.text).unread == [])
    }

    @Test(
        "a Package.swift that differs from the table is found",
        arguments: [
            ("[\"Core\"]", "[\"Core\", crypto]", "Storage depends on Crypto"),
            ("[crypto]", "[crypto, \"Storage\"]", "Core must not stand on Storage"),
            ("[crypto]", "[]", "Core no longer depends on Crypto"),
            ("[\"Disk\", crypto]", "[\"Disk\", \"Core\"]", "Sample depends on Core"),
            ("library(\"Storage\"", "library(\"Store\"", "declares target Store"),
            ("library(\"Storage\"", "library(\"Store\"", "declares no target Storage"),
        ])
    func differingManifest(original: String, changed: String, expected: String) {
        #expect(manifestFindings(Self.text.replacing(original, with: changed)).contains { $0.contains(expected) })
    }

    @Test("a dependency in a form that the reader does not know is named, not passed over")
    func unreadManifest() {
        #expect(PackageManifest("library(\"Core\", [somethingElse])").unread == ["Core: somethingElse"])
    }

    @Test("a circle, a doubled row, an unknown name and adapters that meet are found in a table")
    func unsoundTables() {
        func row(_ target: String, _ standsOn: [String]) -> ImportTable.Row {
            .init(target: target, standsOn: standsOn, products: [], system: .none, isPublic: false)
        }
        func findings(_ rows: [ImportTable.Row]) -> [String] {
            ImportTable(rows: rows).findings(adapters: ["Disk", "Cloud"]).map(\.message)
        }
        #expect(findings([row("A", []), row("B", ["A"])]) == [])
        #expect(findings([row("A", ["B"]), row("B", ["A"])]).contains { $0.contains("circle") })
        #expect(findings([row("A", []), row("A", [])]).contains { $0.contains("two rows") })
        #expect(findings([row("A", ["B"])]).contains { $0.contains("no row") })
        #expect(
            findings([row("Disk", ["A"]), row("A", ["Cloud"]), row("Cloud", [])]).contains { $0.contains("adapter") })
    }
}
