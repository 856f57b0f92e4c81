import Foundation

/// What the Markdown documents are held to.
enum DocumentRules {
    /// The targets of inline links and images, outside code.
    static func links(in markdown: String) -> [(line: Int, target: String)] {
        var isCode = false
        var links: [(Int, String)] = []
        for (index, line) in markdown.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if line.drop(while: \.isWhitespace).hasPrefix("```") {
                isCode.toggle()
                continue
            }
            if isCode { continue }
            let prose = line.replacing(/`[^`]*`/, with: "")
            links += prose.matches(of: /\]\(<?([^()\s<>]+)>?(?:\s+"[^"]*")?\)/).map { (index + 1, String($0.1)) }
            links += prose.matches(of: /^\s*\[[^\]]+\]:\s+(\S+)/).map { (index + 1, String($0.1)) }
        }
        return links
    }

    /// A relative link must lead to something in the checkout. Links to elsewhere can't be judged offline.
    static func brokenLinks(path: String, markdown: String, exists: (String) -> Bool) -> [Finding] {
        links(in: markdown).compactMap { link in
            let file = link.target.prefix { $0 != "#" && $0 != "?" }
            let isElsewhere = link.target.contains(/^[a-zA-Z][a-zA-Z0-9+.-]*:/)
            if isElsewhere || file.isEmpty { return nil }
            guard let resolved = resolve(String(file), from: path) else {
                return Finding(path, line: link.line, "\(link.target) leads out of the checkout")
            }
            return exists(resolved) ? nil : Finding(path, line: link.line, "\(link.target) leads nowhere")
        }
    }

    private static func resolve(_ link: String, from path: String) -> String? {
        let start = link.hasPrefix("/") ? [] : path.split(separator: "/").dropLast().map(String.init)
        var parts = start
        for part in (link.removingPercentEncoding ?? link).split(separator: "/") {
            switch part {
            case ".": continue
            case "..":
                if parts.popLast() == nil { return nil }
            default: parts.append(String(part))
            }
        }
        return parts.joined(separator: "/")
    }
}
