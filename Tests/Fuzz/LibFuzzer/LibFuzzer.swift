import FuzzKit
import Foundation

// libFuzzer brings a `main` of its own and one entry point; this program has many targets, and so a `main` that hands the
// driver the one that was asked for. Built by scripts/fuzz, with the sanitizer's runtime; never part of a usual build.

@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
    _ body: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

/// `libfuzzer list`, `libfuzzer seeds FOLDER`, or `libfuzzer TARGET [argument of libFuzzer…]`.
@main
enum LibFuzzer {
    private static let target = FuzzTarget.all.first { $0.name == CommandLine.arguments.dropFirst().first }

    static func main() throws {
        let arguments = CommandLine.arguments
        if arguments.dropFirst().first == "list" {
            for target in FuzzTarget.all { print(target.name) }
        } else if arguments.count == 3, arguments[1] == "seeds" {
            try writeSeeds(to: URL(fileURLWithPath: arguments[2]))
        } else if target == nil {
            print("usage: libfuzzer list | seeds FOLDER | TARGET [argument of libFuzzer…]")
            exit(2)
        } else {
            run([arguments[0]] + arguments.dropFirst(2))
        }
    }

    /// A folder for each target, a file for each seed, a dictionary beside it.
    private static func writeSeeds(to folder: URL) throws {
        for target in FuzzTarget.all {
            let corpus = folder.appendingPathComponent(target.name)
            try FileManager.default.createDirectory(at: corpus, withIntermediateDirectories: true)
            for (number, seed) in target.seeds.enumerated() {
                try Data(seed).write(to: corpus.appendingPathComponent("seed-\(number)"))
            }
            let words = target.tokens.filter { !$0.isEmpty }.map { token in
                "\"" + token.map { String(format: "\\x%02x", $0) }.joined() + "\"\n"
            }
            try Data(words.joined().utf8).write(to: folder.appendingPathComponent("\(target.name).dict"))
        }
    }

    private static func run(_ arguments: [String]) {
        var count = CInt(arguments.count)
        var texts: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        let status = texts.withUnsafeMutableBufferPointer { texts in
            var start = texts.baseAddress
            return runDriver(&count, &start) { bytes, length in
                LibFuzzer.check(Array(UnsafeBufferPointer(start: bytes, count: length)))
                return 0
            }
        }
        exit(status)
    }

    private static func check(_ bytes: [UInt8]) {
        guard let target else { return }
        switch target.check(bytes) {
        case .accepted, .refused: return
        case .broken(let property):
            print("\(target.name): \(property)\n  for Tests/Fuzz/Suite/Regressions/cases.txt:")
            print("  \(target.name) \(FuzzBase64.encode(bytes))")
            // Only a crash tells libFuzzer that this case is to be kept.
            fatalError("a property does not hold")
        }
    }
}
