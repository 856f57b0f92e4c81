/// The targets of `Package.swift` and what each depends on, read from its text: asking the package manager would take
/// seconds and wait for a build that is under way.
struct PackageManifest {
    /// Own targets and products of other packages alike, by the name of the module.
    let targets: [String: [String]]
    /// Dependencies written in a way that this reader does not know; each would escape the import table.
    let unread: [String]

    init(_ text: String) {
        let code = SourceScanner.lines(of: text, stringContents: .kept).map(\.code).joined(separator: "\n")
        var products: [String: String] = [:]
        for match in code.matches(of: /let (\w+): Target\.Dependency\s*=\s*\.product\(\s*name: "(\w+)"/) {
            products[String(match.1)] = String(match.2)
        }
        var targets: [String: [String]] = [:]
        var unread: [String] = []
        let declaration =
            /(?:library\(|\.target\(|\.executableTarget\()\s*(?:name: )?"(\w+)",\s*(?:dependencies: )?\[([^\]]*)\]/
        for match in code.matches(of: declaration) {
            let target = String(match.1)
            targets[target, default: []] += match.2.split(separator: ",").compactMap { item in
                let item = item.trimmingWhitespace
                if item.isEmpty { return nil }
                if item.hasPrefix("\""), item.hasSuffix("\"") { return String(item.dropFirst().dropLast()) }
                if let product = products[item] { return product }
                unread.append("\(target): \(item)")
                return nil
            }
        }
        self.targets = targets
        self.unread = unread
    }
}

extension Substring {
    fileprivate var trimmingWhitespace: String {
        String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }
}
