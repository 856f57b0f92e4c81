import Foundation
import FuzzKit
import Testing

@Suite("Hostile input")
struct FuzzTests {
    @Test("whatever is read, every property of the parser holds", arguments: FuzzRun.targets.map(\.name))
    func campaigns(name: String) throws {
        let target = try #require(FuzzRun.targets.first { $0.name == name })
        let report = Campaign(target, seed: FuzzRun.seed).run(FuzzRun.cases(of: target))
        if let failure = report.failure {
            Issue.record("\(failure)")
            return
        }
        print("fuzz \(name): \(report.cases) cases, \(report.accepted) accepted, LANYARD_SEED=\(FuzzRun.seed)")
        // Were nearly all refused, or none, the properties would have been put to little.
        #expect(report.accepted * 50 > report.cases, "only \(report.accepted) of \(report.cases) were accepted")
        #expect(report.refused * 50 > report.cases, "only \(report.refused) of \(report.cases) were refused")
    }

    @Test("there are as many cases as promised, and every target has a name of its own")
    func counts() {
        let cases = FuzzRun.targets.reduce(0) { $0 + FuzzRun.cases(of: $1) }
        #expect(cases >= (FuzzRun.isLong ? 1_000_000 : 100_000))
        #expect(Set(FuzzRun.targets.map(\.name)).count == FuzzRun.targets.count)
    }

    @Test("what once broke a property holds today")
    func regressions() throws {
        let file = try #require(Bundle.module.url(forResource: "Regressions/cases", withExtension: "txt"))
        let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").filter { !$0.hasPrefix("#") }
        for line in lines {
            let parts = line.split(separator: " ", omittingEmptySubsequences: false)
            let target = try #require(FuzzRun.targets.first { $0.name == parts[0] }, "\(line)")
            let bytes = try #require(FuzzBase64.decode(parts.count > 1 ? parts[1] : ""), "\(line)")
            #expect(!target.check(bytes).isBroken, "\(line): \(target.check(bytes))")
        }
        #expect(!lines.isEmpty)
    }
}

@Suite("The fuzzer itself")
struct FuzzerTests {
    private static let seeds = ["alpha(beta)", "12,34", ""]

    @Test("a broken property is found, made short, and made again from its seed and number")
    func finding() throws {
        let target = FuzzTarget(bytes: "broken-on-purpose", seeds: Self.seeds, tokens: ["needle"]) { bytes in
            String(decoding: bytes, as: UTF8.self).contains("needle") ? .broken("a needle") : .accepted
        }
        let failure = try #require(Campaign(target, seed: 7).run(10_000).failure)
        #expect(String(decoding: failure.bytes, as: UTF8.self) == "needle")
        let again = try #require(Campaign(target, seed: 7).run(10_000).failure)
        #expect(again.number == failure.number)
        #expect(failure.description.contains("LANYARD_SEED=7"))
        #expect(failure.description.contains(FuzzBase64.encode(Array("needle".utf8))))
        var mutator = Mutator(target, seed: 7, number: try #require(failure.number))
        #expect(target.check(mutator.next()).isBroken)
    }

    @Test("cases differ with the seed, and are the same with the same seed")
    func seeding() {
        let target = FuzzTarget(bytes: "none", seeds: Self.seeds) { (_: [UInt8]) in .accepted }
        func cases(_ seed: UInt64) -> [[UInt8]] {
            (0..<500).map { number in
                var mutator = Mutator(target, seed: seed, number: number)
                return mutator.next()
            }
        }
        #expect(cases(1) == cases(1))
        #expect(cases(1) != cases(2))
        #expect(Set(cases(1)).count > 300)
    }

    @Test("among the cases are invalid UTF-8, long runs, deep nesting and numbers on an edge")
    func variety() {
        let target = FuzzTarget(bytes: "none", seeds: Self.seeds) { (_: [UInt8]) in .accepted }
        var isFound = (notUTF8: false, long: false, deep: false, edge: false)
        for number in 0..<4_000 {
            var mutator = Mutator(target, seed: 3, number: number)
            let bytes = mutator.next()
            let text = String(decoding: bytes, as: UTF8.self)
            if String(validating: bytes, as: UTF8.self) == nil { isFound.notUTF8 = true }
            if bytes.count > 10_000 { isFound.long = true }
            if text.contains(String(repeating: "[", count: 64)) { isFound.deep = true }
            if text.contains("9223372036854775808") { isFound.edge = true }
        }
        #expect(isFound == (true, true, true, true))
    }

    @Test(
        "base64 is read as it is written", arguments: [[], [0], [1, 2], [255, 254, 253], Array(0...255)] as [[UInt8]])
    func base64(bytes: [UInt8]) {
        #expect(FuzzBase64.decode(FuzzBase64.encode(bytes)) == bytes)
        #expect(FuzzBase64.encode(bytes) == Data(bytes).base64EncodedString())
    }
}
