@testable import LanyardEngine
import LanyardTesting
import Testing

/// The table is compared with a dictionary that is told the same.
@Suite("The table of references")
struct ReferenceTableTests {
    /// An element whose hash a test chooses, so that many share a home, and homes lie at the table's end.
    private final class Item: TableElement {
        struct Key: Hashable {
            var home: UInt64
            var number: Int
        }

        let tableKey: Key

        init(_ key: Key) { tableKey = key }

        static func hash(_ key: Key) -> UInt64 { key.home }
        func has(_ key: Key) -> Bool { tableKey == key }
    }

    private struct Pair {
        var table = ReferenceTable<Item>()
        var model: [Item.Key: Item] = [:]

        mutating func insert(_ key: Item.Key) {
            let item = Item(key)
            #expect(table.insert(item) === model.updateValue(item, forKey: key))
        }

        mutating func remove(_ key: Item.Key) {
            #expect(table.remove(key) === model.removeValue(forKey: key))
        }

        /// Everything that is in one is in the other, and is found.
        func check(_ seed: UInt64) {
            #expect(table.count == model.count, "seed \(seed)")
            for (key, item) in model { #expect(table[key] === item, "seed \(seed): \(key)") }
            var seen: Set<ObjectIdentifier> = []
            table.forEach { item in
                #expect(model[item.tableKey] === item, "seed \(seed): \(item.tableKey)")
                #expect(seen.insert(ObjectIdentifier(item)).inserted, "seed \(seed): twice in the table")
            }
            #expect(seen.count == model.count, "seed \(seed)")
        }
    }

    /// Few homes, and those around a power of two: chains are long and run over the table's end.
    private static func key(_ random: inout SeededGenerator) -> Item.Key {
        let homes: [UInt64] = [0, 1, 2, 6, 7, 15, 31, 62, 63, 127, 1023]
        let home = homes.randomElement(using: &random) ?? 0
        return Item.Key(home: home, number: Int.random(in: 0..<24, using: &random))
    }

    @Test("inserting, replacing, finding and removing agree with a dictionary", arguments: UInt64(1)...40)
    func agrees(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var pair = Pair()
        // Some runs stay small, some grow several times and shrink again.
        let bias = Int.random(in: 35...65, using: &random)
        for step in 0..<1200 {
            let key = Self.key(&random)
            if Int.random(in: 0..<100, using: &random) < bias { pair.insert(key) } else { pair.remove(key) }
            #expect(pair.table[key] === pair.model[key], "seed \(seed)")
            if step % 100 == 0 { pair.check(seed) }
        }
        pair.check(seed)
        for key in Array(pair.model.keys) {
            pair.remove(key)
            #expect(pair.table[key] == nil)
        }
        pair.check(seed)
    }

    @Test("removing all of a kind takes those alone, and knows which are held elsewhere", arguments: UInt64(1)...20)
    func removesAll(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var table = ReferenceTable<Item>()
        var held: [Item.Key: Item] = [:]
        var keys: Set<Item.Key> = []
        for _ in 0..<200 {
            let item = Item(Self.key(&random))
            // One key, one element: what was replaced is held by nobody.
            held[item.tableKey] = Bool.random(using: &random) ? item : nil
            table.insert(item)
            keys.insert(item.tableKey)
        }
        let removed = table.removeAll { item, isUnshared in
            #expect(isUnshared == (held[item.tableKey] == nil), "seed \(seed): \(item.tableKey)")
            return isUnshared
        }
        #expect(removed == keys.count - held.count)
        #expect(table.count == held.count)
        for key in keys { #expect(table[key] === held[key], "seed \(seed): \(key)") }
    }

    @Test("an eviction takes out one that may go, and asks nobody a third time", arguments: UInt64(1)...20)
    func evicts(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var pair = Pair()
        for _ in 0..<120 { pair.insert(Self.key(&random)) }
        var hand = Int.random(in: 0...5000, using: &random)
        let doomed = Set(pair.model.keys.filter { $0.number.isMultiple(of: 3) })
        for _ in 0..<doomed.count {
            let evicted = pair.table.evict(from: &hand) { doomed.contains($0.tableKey) }
            guard let evicted else { break }
            #expect(doomed.contains(evicted.tableKey))
            #expect(pair.model.removeValue(forKey: evicted.tableKey) === evicted)
            pair.check(seed)
        }
        #expect(pair.model.keys.allSatisfy { !doomed.contains($0) }, "seed \(seed)")
        var asked: [Item.Key: Int] = [:]
        let none = pair.table.evict(from: &hand) { item in
            asked[item.tableKey, default: 0] += 1
            return false
        }
        #expect(none == nil)
        #expect(asked.values.allSatisfy { $0 == 2 } && asked.count == pair.model.count)
        pair.check(seed)
    }
}
