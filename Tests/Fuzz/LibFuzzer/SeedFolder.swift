import Foundation
import FuzzKit

/// Where libFuzzer finds what to begin with: a folder for each target, a file for each seed, a dictionary beside it.
struct SeedFolder {
    private let folder: URL

    init(_ path: String) {
        folder = URL(fileURLWithPath: path)
    }

    /// Whether all could be written.
    func write() -> Bool {
        do {
            for target in FuzzTarget.all { try write(target) }
            return true
        } catch {
            print("\(folder.path): \(error)")
            return false
        }
    }

    private func write(_ target: FuzzTarget) throws {
        let corpus = folder.appendingPathComponent(target.name)
        try FileManager.default.createDirectory(at: corpus, withIntermediateDirectories: true)
        for (number, seed) in target.seeds.enumerated() {
            try Data(seed).write(to: corpus.appendingPathComponent("seed-\(number)"))
        }
        let words = target.tokens.filter { !$0.isEmpty }.map { token in
            "\"" + token.map { "\\x" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() + "\"\n"
        }
        try Data(words.joined().utf8).write(to: folder.appendingPathComponent("\(target.name).dict"))
    }
}
