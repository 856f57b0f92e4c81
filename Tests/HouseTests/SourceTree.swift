import Foundation

/// The checkout that these tests were compiled from, read once.
enum SourceTree {
    struct File {
        /// From the package's root, with `/`.
        let path: String
        let text: String
        /// Of Swift alone; taken apart once, for many rules read them.
        let lines: [SourceLine]

        init(path: String, text: String) {
            self.path = path
            self.text = text
            lines = path.hasSuffix(".swift") ? SourceScanner.lines(of: text) : []
        }

        /// `LanyardCore` for `Sources/LanyardCore/Secret/Secret.swift`.
        var target: String {
            let parts = path.split(separator: "/")
            return parts.count > 2 ? String(parts[1]) : ""
        }
    }

    static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Everything that the product is made of.
    static let sources = swiftFiles(in: "Sources")
    /// Everything else in Swift.
    static let tests = swiftFiles(in: "Tests")
    static let examples = swiftFiles(in: "Examples") + swiftFiles(in: "Benchmarks")
    static let documents = paths(in: "").filter { $0.hasSuffix(".md") }.compactMap(read)

    static var manifest: String {
        get throws { try String(contentsOf: root.appending(path: "Package.swift"), encoding: .utf8) }
    }

    static func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: root.appending(path: path).path(percentEncoded: false))
    }

    /// The files beneath a folder, without what is hidden and what was built; none when there is no such folder.
    static func paths(in folder: String) -> [String] {
        let start = folder.isEmpty ? root : root.appending(path: folder)
        guard
            let entries = try? FileManager.default.contentsOfDirectory(
                at: start, includingPropertiesForKeys: [.isDirectoryKey], options: [.skipsHiddenFiles])
        else { return [] }
        return entries.sorted { $0.path < $1.path }.flatMap { entry -> [String] in
            let path = folder.isEmpty ? entry.lastPathComponent : "\(folder)/\(entry.lastPathComponent)"
            let isFolder = (try? entry.resourceValues(forKeys: [.isDirectoryKey]))?.isDirectory ?? false
            return isFolder ? paths(in: path) : [path]
        }
    }

    private static func swiftFiles(in folder: String) -> [File] {
        paths(in: folder).filter { $0.hasSuffix(".swift") }.compactMap(read)
    }

    private static func read(_ path: String) -> File? {
        guard let text = try? String(contentsOf: root.appending(path: path), encoding: .utf8) else { return nil }
        return File(path: path, text: text)
    }
}
