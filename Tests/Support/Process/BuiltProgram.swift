import Foundation

/// Programs that the build has made.
package enum BuiltProgram {
    /// The `lanyard` that `LANYARD_BINARY` names, or the one that was built beside the tests.
    package static let lanyard: String = {
        if let named = ProcessInfo.processInfo.environment["LANYARD_BINARY"] { return named }
        // The target's name where only the target was built, the product's where that was.
        let paths = ["lanyard", "LanyardCommand"].map(path)
        return paths.first(where: FileManager.default.isExecutableFile(atPath:)) ?? paths[0]
    }()

    /// Where the build has put a program: beside the tests.
    package static func path(_ name: String) -> String {
        #if os(macOS)
            let bundle = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") } ?? Bundle.main
            let folder = bundle.bundleURL.deletingLastPathComponent()
        #else
            let folder = Bundle.main.bundleURL
        #endif
        return folder.appendingPathComponent(name).path
    }
}
