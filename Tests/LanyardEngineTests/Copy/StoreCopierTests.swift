import LanyardStorage
import LanyardTesting
import TestSupport
import Testing

@testable import LanyardEngine

@Suite("Copying a store")
struct StoreCopierTests {
    private func copier(_ source: MemorySource, _ target: MemoryTarget) -> StoreCopier {
        var pages = StoreCopier.Pages()
        pages.source = 7
        pages.target = 5
        return StoreCopier(from: source, to: target, pages: pages)
    }

    private func refusal(_ body: () throws -> CopyReport) throws -> CopyRefusal? {
        do {
            _ = try body()
            return nil
        } catch let refusal as CopyRefusal {
            return refusal
        }
    }

    private func audit(_ number: Int) -> ArraySlice<UInt8> { TestRow.make(.audit, number, text: "entry \(number)") }

    /// A source with some rows in every table.
    private func filled() -> MemorySource {
        let source = MemorySource()
        for table in CopiedTable.all {
            for number in 1...20 {
                source.live.put(
                    TestRow.make(table, number, text: "row \(number)", id: ["project": number % 5 + 1]), in: table)
            }
        }
        return source
    }

    private func expectEqual(_ source: MemorySource, _ target: MemoryTarget, _ context: String = "") {
        for table in CopiedTable.all {
            #expect(source.live[table] == target.tables[table], "\(table.name) \(context)")
        }
    }

    @Test("copies every table, and the last pass proves it by comparison, count and checksum")
    func whole() throws {
        let (source, target) = (filled(), MemoryTarget())
        let report = try copier(source, target).finish()
        expectEqual(source, target)
        #expect(report.passes.count == 2)
        #expect(report.passes[0].differences == 20 * CopiedTable.all.count)
        let last = try #require(report.passes.last)
        #expect(last.isEqual && last.rows == 20 * CopiedTable.all.count)
        #expect(last.tables.allSatisfy { $0.rows == 20 && $0.targetRows == 20 && $0.checksum == $0.targetChecksum })
        #expect(target.record?.state == .copying, "not before the source is closed")
    }

    @Test("what changes while it is copied comes with a later pass, names that change hands included")
    func meanwhile() throws {
        let (source, target) = (filled(), MemoryTarget())
        var random = SeededGenerator(seed: TestRun.seed)
        var changes = 0
        source.meanwhile = { [unowned source] in
            changes += 1
            guard changes < 300 else { return }
            change(source, &random, changes)
        }
        _ = try copier(source, target).approach()
        #expect(changes >= 300 || changes > 0)
        // The order of the changes may have left any of them for the last pass.
        source.meanwhile = {}
        _ = try copier(source, target).finish()
        expectEqual(source, target, "seed \(TestRun.seed)")
    }

    /// A change as a server makes it: keys refer to projects that there are, and names stay unique.
    private func change(_ source: MemorySource, _ random: inout SeededGenerator, _ number: Int) {
        source.epoch += 1
        let live = source.live
        live.put(audit(20 + number), in: .audit)
        switch Int.random(in: 0..<5, using: &random) {
        case 0: live.put(TestRow.make(.keys, 100 + number, text: "new", id: ["project": 1 + number % 5]), in: .keys)
        case 1:
            // Revoked: a key never is active again.
            live.put(
                TestRow.make(.keys, 1 + number % 20, text: "k", id: ["project": 1 + number % 5, "revoked_at": 9]),
                in: .keys)
        case 2: live.remove(TestRow.make(.secrets, 1 + number % 20), from: .secrets)
        case 3:
            // Two projects exchange their names.
            let (first, second) = (1 + number % 20, 1 + (number + 7) % 20)
            let (one, other) = (name(live, first), name(live, second))
            guard let one, let other, first != second else { return }
            live.put(TestRow.make(TestRow.projects, first, text: other), in: TestRow.projects)
            live.put(TestRow.make(TestRow.projects, second, text: one), in: TestRow.projects)
        default:
            // One goes, and its name with it to a new one.
            let old = 6 + number % 15
            guard let text = name(live, old) else { return }
            live.remove(TestRow.make(TestRow.projects, old), from: TestRow.projects)
            live.put(TestRow.make(TestRow.projects, 1000 + number, text: text), in: TestRow.projects)
        }
    }

    private func name(_ tables: MemoryTables, _ number: Int) -> String? {
        let row = TestRow.make(TestRow.projects, number)
        return tables[TestRow.projects].first { TestRow.projects.order($0, row) == 0 }
            .flatMap { TestRow.uniqueValue($0, of: TestRow.projects) }.map { String(decoding: $0, as: UTF8.self) }
    }

    @Test("interrupted at any call, it goes on when it is run again")
    func interrupted() throws {
        var random = SeededGenerator(seed: TestRun.seed)
        for calls in stride(from: 0, through: 240, by: 7) {
            let (source, target) = (filled(), MemoryTarget())
            target.callsLeft = calls
            do { _ = try copier(source, target).finish() } catch is MemoryTarget.Interrupted {}
            for number in 1...10 { change(source, &random, number + calls) }
            target.callsLeft = calls / 2
            do { _ = try copier(source, target).approach() } catch is MemoryTarget.Interrupted {}
            for number in 300...310 { change(source, &random, number) }
            target.callsLeft = .max
            _ = try copier(source, target).finish()
            expectEqual(source, target, "after \(calls) calls, seed \(TestRun.seed)")
        }
    }

    @Test("a store that was never used, and one that has moved elsewhere, are not copied")
    func sources() throws {
        let unused = MemorySource()
        unused.origin = nil
        #expect(try refusal { try copier(unused, MemoryTarget()).approach() } == .sourceUnused)
        let moved = filled()
        let move = StoreRelocation(copy: "another", address: "postgres://elsewhere/x")
        moved.movedTo = move
        #expect(try refusal { try copier(moved, MemoryTarget()).finish() } == .sourceMoved(move))
    }

    @Test("a source that was closed for this very copy is finished again")
    func finishedAgain() throws {
        let (source, target) = (filled(), MemoryTarget())
        let report = try copier(source, target).finish()
        source.movedTo = StoreRelocation(copy: report.record.id, address: "here")
        #expect(try copier(source, target).finish().record == report.record)
    }

    @Test("nothing is copied into a store that holds anything, is of another, or is whole")
    func targets() throws {
        let used = MemoryTarget()
        used.tables.put(TestRow.make(TestRow.projects, 1), in: TestRow.projects)
        #expect(try refusal { try copier(filled(), used).approach() } == .targetInUse)

        let target = MemoryTarget()
        _ = try copier(filled(), target).approach()
        let other = filled()
        other.origin = [9]
        #expect(try refusal { try copier(other, target).approach() } == .targetOfAnother)

        target.record?.state = .complete
        let whole = try #require(target.record)
        #expect(try refusal { try copier(filled(), target).finish() } == .targetComplete(whole))
    }

    @Test("a source that was put back to an earlier state does not undo what came after")
    func wentBack() throws {
        let (source, target) = (filled(), MemoryTarget())
        source.epoch = 50
        _ = try copier(source, target).approach()
        source.epoch = 49
        #expect(try refusal { try copier(source, target).approach() } == .sourceWentBack)

        // It has gone on since, further than before: then the audit log tells.
        source.epoch = 60
        source.live.put(TestRow.make(.audit, 20, text: "another history"), in: .audit)
        let before = target.tables[.keys]
        source.live.remove(TestRow.make(.keys, 3), from: .keys)
        #expect(try refusal { try copier(source, target).approach() } == .sourceWentBack)
        source.live.remove(TestRow.make(.audit, 20), from: .audit)
        #expect(try refusal { try copier(source, target).finish() } == .sourceWentBack)
        #expect(target.tables[.keys] == before, "nothing was touched")
    }

    @Test("two that never become equal are never called equal")
    func notSettling() throws {
        let (source, target) = (filled(), MemoryTarget())
        let row = TestRow.make(.secrets, 3, text: "z", id: ["created_at": 77])
        source.meanwhile = { [unowned target] in target.tables.put(row, in: .secrets) }
        #expect(try refusal { try copier(source, target).finish() } == .notSettling)
    }

    @Test("a record is read as it was written, and nothing else is taken for one")
    func record() throws {
        var record = CopyRecord(origin: [0, 1, 255], epoch: 12)
        #expect(CopyRecord(record.text) == record)
        record.state = .complete
        #expect(CopyRecord(record.text) == record)
        #expect(record.isOf([0, 1, 255]) && !record.isOf([0, 1]))
        for text in ["", "copying", "copying a b", "copying a b c", "whole a b 1", "complete a b 1 "] {
            #expect(CopyRecord(text) == nil, "\(text)")
        }
        let move = StoreRelocation(copy: "abc", address: "postgres://a@b/c d")
        #expect(StoreRelocation(move.text) == move)
        #expect(StoreRelocation("") == nil)
    }
}
