/// One `import` line: `@_exported public import struct Foundation.Date` imports `Foundation`.
struct ImportLine: Equatable {
    let module: String
    let number: Int
    let isTestable: Bool

    init?(_ line: SourceLine) {
        var words = line.code.split(whereSeparator: \.isWhitespace).map(String.init)[...]
        let isTestable = words.first == "@testable"
        words = words.drop { word in
            word.hasPrefix("@") || ["public", "package", "internal", "fileprivate", "private"].contains(word)
        }
        guard words.popFirst() == "import" else { return nil }
        let kinds = ["struct", "class", "enum", "protocol", "typealias", "func", "let", "var", "actor"]
        if let kind = words.first, kinds.contains(kind) { words.removeFirst() }
        guard let module = words.first?.split(separator: ".").first else { return nil }
        self.module = String(module)
        number = line.number
        self.isTestable = isTestable
    }
}

/// The rules that the import table stands for. Text in, findings out.
struct ImportRules {
    let table: ImportTable
    /// Read off `Package.swift`: a module must be declared where it is imported, not merely happen to be built.
    let manifest: PackageManifest

    func findings(path: String, target: String, lines: [SourceLine]) -> [Finding] {
        guard let row = table.row(target) else {
            return [Finding(path, "target \(target) has no row in the import table")]
        }
        let system = row.exceptions[path] == nil ? row.system : .platform
        let permitted = table.beneath(target).union(row.products).union(system.modules)
        let declared = Set(manifest.targets[target] ?? []).union(system.modules)
        return lines.compactMap(ImportLine.init).flatMap { line -> [Finding] in
            if line.isTestable {
                return [Finding(path, line: line.number, "@testable has no place in the product")]
            }
            if !permitted.contains(line.module) {
                return [
                    Finding(
                        path, line: line.number,
                        "\(target) must not import \(line.module): its row in Tests/HouseTests/ImportTable.swift forbids it"
                    )
                ]
            }
            if !declared.contains(line.module) {
                return [
                    Finding(
                        path, line: line.number,
                        "\(target) imports \(line.module), which Package.swift does not declare among its dependencies")
                ]
            }
            return []
        }
    }

    /// What `Package.swift` declares, against the table and the examples, which may depend on products alone.
    func manifestFindings(examples: Set<String>, products: Set<String>) -> [Finding] {
        let path = "Package.swift"
        let known = Set(table.rows.map(\.target)).union(examples)
        let missing = known.subtracting(manifest.targets.keys)
        let unknown = Set(manifest.targets.keys).subtracting(known)
        var findings = missing.sorted().map { Finding(path, "declares no target \($0), which the import table has") }
        findings += unknown.sorted().map { Finding(path, "declares target \($0), which the import table has not") }
        for example in examples.sorted() {
            let own = (manifest.targets[example] ?? []).filter { table.row($0) != nil && !products.contains($0) }
            findings += own.map { Finding(path, "example \(example) depends on \($0), which is no product") }
        }
        for row in table.rows {
            guard let dependencies = manifest.targets[row.target].map(Set.init) else { continue }
            let own = dependencies.filter { table.row($0) != nil }
            let products = dependencies.subtracting(own)
            findings += own.subtracting(table.beneath(row.target)).sorted()
                .map { Finding(path, "\(row.target) must not stand on \($0)") }
            findings += products.subtracting(row.products).sorted()
                .map {
                    Finding(path, "\(row.target) depends on \($0), which its row in the import table does not name")
                }
            findings += row.products.subtracting(products).sorted()
                .map { Finding(path, "\(row.target) no longer depends on \($0): take it out of the import table") }
        }
        return findings
    }
}

extension ImportTable {
    /// What would make the table itself wrong: a row twice, a name without a row, a circle, adapters that meet.
    func findings(adapters: Set<String>) -> [Finding] {
        let path = "Tests/HouseTests/ImportTable.swift"
        let names = rows.map(\.target)
        var findings: [Finding] = []
        for row in rows {
            if names.filter({ $0 == row.target }).count > 1 {
                findings.append(Finding(path, "\(row.target) has two rows"))
            }
            findings += row.standsOn.filter { !names.contains($0) }
                .map { Finding(path, "\(row.target) stands on \($0), which has no row") }
            if beneath(row.target).contains(row.target) {
                findings.append(Finding(path, "\(row.target) stands on itself, in a circle"))
            }
            if adapters.contains(row.target) {
                findings += beneath(row.target).intersection(adapters).subtracting([row.target]).sorted()
                    .map { Finding(path, "adapter \(row.target) stands on adapter \($0)") }
            }
        }
        return findings
    }
}
