import LanyardStorage

@testable import LanyardEngine

/// Tables in memory, as either side of a copy.
final class MemoryTables: CopiedReading {
    /// By table, in the order of their keys.
    private(set) var tables: [String: [ArraySlice<UInt8>]] = [:]

    subscript(table: CopiedTable) -> [ArraySlice<UInt8>] {
        get { tables[table.name] ?? [] }
        set { tables[table.name] = newValue.sorted { table.order($0, $1) < 0 } }
    }

    func rows(of table: CopiedTable, after key: CopiedKey?, limit: Int) throws -> CopiedRows {
        var rows = CopiedRows()
        for row in self[table].lazy.filter({ row in key.map { table.order($0.bytes, row) < 0 } ?? true }).prefix(limit)
        {
            rows.append(row)
        }
        return rows
    }

    func put(_ row: ArraySlice<UInt8>, in table: CopiedTable) {
        remove(row, from: table)
        self[table].append(row)
    }

    func remove(_ row: ArraySlice<UInt8>, from table: CopiedTable) {
        self[table].removeAll { table.order($0, row) == 0 }
    }

    func copy(from other: MemoryTables) { tables = other.tables }
}

/// A source in memory: a test changes ``live`` while a copy reads the snapshot.
final class MemorySource: CopySource {
    let live = MemoryTables()
    var epoch: Int64 = 1
    var origin: [UInt8]? = [1, 2, 3]
    var movedTo: StoreRelocation?
    /// Called at each reading, as a server that goes on.
    var meanwhile: () -> Void = {}
    private let snapshot = MemoryTables()

    func beginSnapshot() throws -> CopySnapshot {
        snapshot.copy(from: live)
        return CopySnapshot(epoch: epoch, origin: origin, movedTo: movedTo)
    }

    func count(of table: CopiedTable) throws -> Int { snapshot[table].count }

    func rows(of table: CopiedTable, after key: CopiedKey?, limit: Int) throws -> CopiedRows {
        meanwhile()
        return try snapshot.rows(of: table, after: key, limit: limit)
    }
}

/// A target in memory that holds to the rules of a schema, and can fail at any call.
final class MemoryTarget: CopyTarget {
    struct Interrupted: Error {}
    struct BrokenRule: Error {
        let rule: String
    }

    let tables = MemoryTables()
    var record: CopyRecord?
    var isComplete: Bool { record?.state == .complete }
    /// After so many calls each one fails.
    var callsLeft = Int.max

    private func call() throws {
        guard callsLeft > 0 else { throw Interrupted() }
        callsLeft -= 1
    }

    func claim(_ record: @autoclosure () -> CopyRecord) throws -> CopyRecord? {
        try call()
        if let record = self.record { return record }
        guard tables.tables.values.allSatisfy(\.isEmpty) else { throw CopyRefusal.targetInUse }
        self.record = record()
        return nil
    }

    func note(_ record: CopyRecord) throws {
        try call()
        self.record = record
    }

    func rows(of table: CopiedTable, after key: CopiedKey?, limit: Int) throws -> CopiedRows {
        try call()
        return try tables.rows(of: table, after: key, limit: limit)
    }

    func insert(_ rows: CopiedRows, into table: CopiedTable) throws {
        try call()
        for row in 0..<rows.count {
            if tables[table].contains(where: { table.order($0, rows[row]) == 0 }) { throw BrokenRule(rule: "key") }
            try put(rows[row], in: table)
        }
    }

    func replace(_ rows: CopiedRows, in table: CopiedTable) throws {
        try call()
        for row in 0..<rows.count { try put(rows[row], in: table) }
    }

    func delete(_ rows: CopiedRows, from table: CopiedTable) throws {
        try call()
        for row in 0..<rows.count {
            if table.isReferredTo, isReferredTo(rows[row], of: table) { throw BrokenRule(rule: "reference") }
            tables.remove(rows[row], from: table)
        }
    }

    func release(_ rows: CopiedRows, in table: CopiedTable) throws {
        try call()
        for row in 0..<rows.count {
            guard let old = tables[table].first(where: { table.order($0, rows[row]) == 0 }) else { continue }
            tables.put(TestRow.renamed(old, of: table, to: "\u{1}\(row) \(tables[table].count)"), in: table)
        }
    }

    func commit() throws { try call() }
    func analyze() throws { try call() }

    func complete(_ record: CopyRecord) throws {
        try call()
        self.record?.state = .complete
    }

    private func put(_ row: ArraySlice<UInt8>, in table: CopiedTable) throws {
        let name = TestRow.uniqueValue(row, of: table)
        let isTaken = tables[table].contains {
            name != nil && TestRow.uniqueValue($0, of: table) == name && table.order($0, row) != 0
        }
        if isTaken { throw BrokenRule(rule: "unique") }
        let hasProject = tables[TestRow.projects].contains { TestRow.id($0) == TestRow.project(of: row) }
        if table.name == "keys", !hasProject {
            throw BrokenRule(rule: "reference")
        }
        tables.put(row, in: table)
    }

    private func isReferredTo(_ row: ArraySlice<UInt8>, of table: CopiedTable) -> Bool {
        table == TestRow.projects && tables[.keys].contains { TestRow.project(of: $0) == TestRow.id(row) }
    }
}

/// Rows as a test wants them: every column that it doesn't name has some value.
enum TestRow {
    static let projects = CopiedTable.all.first { $0.name == "projects" } ?? .keys

    static func make(_ table: CopiedTable, _ number: Int, text: String = "x", id: [String: Int] = [:]) -> ArraySlice<
        UInt8
    > {
        var rows = CopiedRows()
        for (index, column) in table.columns.enumerated() {
            let value = index < table.keyCount ? number : id[column.name] ?? 0
            switch column.kind {
            case .id: bytes(value, 16).withUnsafeBytes { rows.add($0) }
            case .number: rows.add(Int64(value))
            case .flag: rows.add(value % 2 == 1)
            case .text:
                let text = column == table.uniqueColumn || index >= table.keyCount ? text : "\(number)"
                Array(text.utf8).withUnsafeBytes { rows.add($0) }
            case .bytes: bytes(value, 32).withUnsafeBytes { rows.add($0) }
            }
        }
        rows.endRow()
        return rows[0]
    }

    private static func bytes(_ number: Int, _ count: Int) -> [UInt8] {
        (0..<count).reversed().map { $0 < 8 ? UInt8(truncatingIfNeeded: number >> ($0 * 8)) : 0 }
    }

    static func id(_ row: ArraySlice<UInt8>) -> [UInt8] { Array(value(row, 0) ?? []) }
    static func project(of key: ArraySlice<UInt8>) -> [UInt8] { Array(value(key, 2) ?? []) }

    static func value(_ row: ArraySlice<UInt8>, _ index: Int) -> ArraySlice<UInt8>? {
        var values = CopiedValues(row)
        for _ in 0..<index { _ = values.next() }
        return values.next() ?? nil
    }

    static func uniqueValue(_ row: ArraySlice<UInt8>, of table: CopiedTable) -> [UInt8]? {
        guard let unique = table.uniqueColumn, let index = table.columns.firstIndex(of: unique) else { return nil }
        return value(row, index).map { Array($0) }
    }

    static func renamed(_ row: ArraySlice<UInt8>, of table: CopiedTable, to name: String) -> ArraySlice<UInt8> {
        var rows = CopiedRows()
        for (column, value) in zip(table.columns, CopiedValues(row)) {
            let new = column == table.uniqueColumn ? Array(name.utf8)[...] : value
            if let new { new.withUnsafeBytes { rows.add($0) } } else { rows.addNull() }
        }
        rows.endRow()
        return rows[0]
    }
}
