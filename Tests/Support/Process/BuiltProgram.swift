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

    /// What a started program inherits: nothing that could configure it by accident, but where the build's libraries are,
    /// and what scripts/test tells the sanitizers, which is for every program.
    private static let inherited = ProcessInfo.processInfo.environment.filter {
        ["PATH", "LD_LIBRARY_PATH", "LD_PRELOAD", "ASAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS"].contains($0.key)
    }

    /// The environment to start a program in: what it inherits, and `own`. A library that `own` preloads comes beside those
    /// that are preloaded already.
    package static func environment(adding own: [String: String] = [:]) -> [String: String] {
        var environment = inherited.merging(own) { $1 }
        let preloaded = [inherited, own].compactMap { $0["LD_PRELOAD"] }
        if !preloaded.isEmpty { environment["LD_PRELOAD"] = preloaded.joined(separator: ":") }
        return environment
    }
}
