import Foundation
import LanyardEngine
import LanyardSQLite
import LanyardStorage
import LanyardTelemetry
import TestSupport
import Testing

@Suite("No secret slips out")
struct SecretsTests {
    /// Finds the secrets of a test in whatever was written: by the 49 characters that no other text shares with them.
    private struct Search {
        private static let tailLength = 49
        private let tails: Set<[UInt8]>
        private let others: [String]

        init(_ secrets: Set<String>) {
            let native = secrets.filter {
                $0.contains("_") && $0.utf8.suffix(Self.tailLength).allSatisfy(Self.isBase62)
            }
            tails = Set(native.map { Array($0.utf8.suffix(Self.tailLength)) })
            others = secrets.subtracting(native).filter { $0.utf8.count >= 8 }
        }

        var count: Int { tails.count + others.count }

        private static func isBase62(_ byte: UInt8) -> Bool {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "a")...UInt8(ascii: "z"):
                true
            default: false
            }
        }

        /// How many stand in `bytes`.
        func hits(in bytes: [UInt8]) -> Int {
            var hits = 0
            var start = 0
            for end in 0...bytes.count {
                if end < bytes.count, Self.isBase62(bytes[end]) { continue }
                // In a database other letters may follow at once, so every place of a run is looked at.
                if end - start >= Self.tailLength {
                    for place in start...(end - Self.tailLength)
                    where tails.contains(Array(bytes[place..<place + Self.tailLength])) { hits += 1 }
                }
                start = end + 1
            }
            let text = others.isEmpty ? "" : String(decoding: bytes, as: UTF8.self)
            return hits + others.count { text.contains($0) }
        }

        func hits(in text: String) -> Int { hits(in: Array(text.utf8)) }
    }

    @Test("a search that is given a secret finds it, in text and between other bytes")
    func searchFinds() {
        let secret = "lyd_live_" + String(repeating: "a", count: 48) + "b"
        let search = Search([secret, "sk_foreign_0001"])
        #expect(search.count == 2)
        #expect(search.hits(in: "key=\(secret) and more") == 1)
        #expect(search.hits(in: "zz" + secret.dropFirst(9) + "zz") == 1)
        #expect(search.hits(in: "with sk_foreign_0001 inside") == 1)
        #expect(search.hits(in: "nothing of the kind") == 0)
    }

    @Test("after every answer that the contract promises, none stands in logs, metrics, audit, answers or database")
    func everywhere() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("secrets-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        var setup = TestNode.Setup()
        setup.source = .sqlite(folder.appendingPathComponent("lanyard.sqlite").path)
        let node = try await TestNode(setup)
        for promised in PromisedAnswer.together { try await promised.provoke(on: node) }
        await node.engine.maintain()
        let audit = try await node.store.read { try $0.auditEntries(from: 1, limit: 100_000) }
        let metrics = String(decoding: node.registry.exposition(), as: UTF8.self)
        let search = Search(node.traffic.secrets)
        #expect(search.count > 100, "the calls gave out secrets to look for")
        #expect(audit.count > 100 && node.log.lines.count > 500 && node.traffic.problems.count > 300)
        func databaseHits() throws -> Int {
            try FileManager.default.contentsOfDirectory(atPath: folder.path).map { name in
                search.hits(in: Array(try Data(contentsOf: folder.appendingPathComponent(name))))
            }.reduce(0, +)
        }
        #expect(search.hits(in: node.log.lines.joined(separator: "\n")) == 0, "in the log")
        #expect(search.hits(in: metrics) == 0, "in the metrics")
        #expect(search.hits(in: audit.map { "\($0)" }.joined(separator: "\n")) == 0, "in the audit log")
        #expect(search.hits(in: node.traffic.plainAnswers.joined(separator: "\n")) == 0, "in an answer")
        #expect(try databaseHits() == 0, "in the database or its log of writes")
        try await node.stop()
        #expect(try databaseHits() == 0, "in the closed database")
    }
}
