import LanyardStorage
import LanyardTesting
import TestSupport
import Testing

@testable import LanyardEngine

@Suite("Comparing two tables row by row")
struct RowMergeTests {
    private let table = CopiedTable.secrets

    /// Applies what each step finds before the next, as a copy does.
    private func merge(
        _ source: MemoryTables, _ target: MemoryTables, pages: (Int, Int)
    ) throws -> (found: RowDifferences, merge: RowMerge) {
        var merge = RowMerge(table, source: source, target: target, sourcePage: pages.0, targetPage: pages.1)
        var all = RowDifferences()
        while let step = try merge.step() {
            for row in 0..<step.missing.count {
                all.missing.append(step.missing[row])
                target.put(step.missing[row], in: table)
            }
            for row in 0..<step.changed.count {
                all.changed.append(step.changed[row])
                target.put(step.changed[row], in: table)
            }
            for row in 0..<step.surplus.count {
                all.surplus.append(step.surplus[row])
                target.remove(step.surplus[row], from: table)
            }
        }
        return (all, merge)
    }

    @Test("finds each difference once, whatever the pages, and what it finds makes the target equal")
    func random() throws {
        var random = SeededGenerator(seed: TestRun.seed)
        for round in 1...60 {
            let (source, target) = (MemoryTables(), MemoryTables())
            var expected = (missing: 0, changed: 0, surplus: 0)
            for number in 0..<Int.random(in: 0...80, using: &random) {
                let row = TestRow.make(table, number * 977 % 89)
                let changed = TestRow.make(table, number * 977 % 89, id: ["created_at": number + 1])
                switch Int.random(in: 0..<4, using: &random) {
                case 0:
                    source.put(row, in: table)
                    target.put(row, in: table)
                case 1: source.put(row, in: table)
                case 2: target.put(row, in: table)
                default:
                    source.put(row, in: table)
                    target.put(changed, in: table)
                }
            }
            for row in source[table] {
                if let other = target[table].first(where: { table.order($0, row) == 0 }) {
                    expected.changed += row == other ? 0 : 1
                } else {
                    expected.missing += 1
                }
            }
            expected.surplus = target[table].count + expected.missing - source[table].count
            let pages = (Int.random(in: 1...20, using: &random), Int.random(in: 1...20, using: &random))
            let before = target[table].count
            let (found, merge) = try self.merge(source, target, pages: pages)
            let context = "seed \(TestRun.seed), round \(round), pages \(pages)"
            #expect(found.missing.count == expected.missing, "\(context)")
            #expect(found.changed.count == expected.changed, "\(context)")
            #expect(found.surplus.count == expected.surplus, "\(context)")
            #expect(source[table] == target[table], "\(context)")
            #expect(merge.source.count == source[table].count && merge.target.count == before, "\(context)")
            let (again, second) = try self.merge(source, target, pages: pages)
            #expect(again.isEmpty, "\(context)")
            #expect(second.source.checksum == second.target.checksum, "\(context)")
            #expect(second.source.checksum == merge.source.checksum, "\(context)")
        }
    }

    @Test("a checksum tells rows apart that differ in one byte, and where a row ends")
    func checksum() throws {
        func sum(_ rows: [ArraySlice<UInt8>]) throws -> [UInt8] {
            let tables = MemoryTables()
            tables[table] = rows
            var stream = RowStream(tables, table, pageRows: 2)
            while !stream.isOver {
                try stream.fill()
                while stream.head != nil { stream.advance() }
            }
            return stream.checksum
        }
        let rows = (1...5).map { TestRow.make(table, $0) }
        #expect(try sum(rows) == sum(rows.reversed()))
        #expect(try sum(rows) != sum(Array(rows.dropLast())))
        #expect(try sum(rows) != sum(rows.dropLast() + [TestRow.make(table, 5, id: ["created_at": 1])]))
    }

    @Test("numbers come in the order of their values, negative ones first, and texts byte by byte")
    func order() throws {
        let usage = try #require(CopiedTable.all.first { $0.name == "usage" })
        func row(_ minute: Int64, _ outcome: String) -> ArraySlice<UInt8> {
            var rows = CopiedRows()
            rows.add(minute)
            [UInt8](repeating: 0, count: 16).withUnsafeBytes { rows.add($0) }
            Array(outcome.utf8).withUnsafeBytes { rows.add($0) }
            rows.endRow()
            return rows[0]
        }
        #expect(usage.order(row(-1, "ok"), row(0, "ok")) < 0)
        #expect(usage.order(row(255, "ok"), row(256, "ok")) < 0)
        #expect(usage.order(row(-2, "ok"), row(-1, "ok")) < 0)
        #expect(usage.order(row(1, "Z"), row(1, "a")) < 0)
        #expect(usage.order(row(1, "ok"), row(1, "okay")) < 0)
        #expect(usage.order(row(1, "ok"), row(1, "ok")) == 0)
    }
}
