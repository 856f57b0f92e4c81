import LanyardStorage

// # One pass
//
// A pass makes the target what the source was at one moment: the source is read in one snapshot, so every row that another
// refers to is there. What the target has from an earlier pass may be of an earlier moment, and its rules hold at each
// statement, so the order matters:
//
// 1. Values that no two rows may share (names of projects, plans, roles and policies, ids of accounts at the operator's)
//    may have changed hands. Every row that differs lets go of its own first.
// 2. Rows that are missing or differ are written, owners before keys, keys before their secrets. Surplus rows go at once
//    where nothing refers to them.
// 3. Surplus owners go last, when nobody refers to them any more.
//
// Each step is a transaction of its own, and each may be the last: the next pass finds what is still to do by comparing.

/// Makes a target equal to a snapshot of a source.
struct CopyPass {
    let source: any CopySource
    let target: any CopyTarget
    let sourcePage: Int
    let targetPage: Int
    let total: Int
    let counts: [String: Int]
    let progress: (CopyProgress) -> Void
    private(set) var report: CopyPassReport
    private var allRows = 0
    private var tablesWithSurplus: [CopiedTable] = []

    init(
        _ number: Int, epoch: Int64, source: any CopySource, target: any CopyTarget, pages: StoreCopier.Pages,
        progress: @escaping (CopyProgress) -> Void
    ) throws {
        self.source = source
        self.target = target
        sourcePage = pages.source
        targetPage = pages.target
        self.progress = progress
        counts = try Dictionary(
            uniqueKeysWithValues: CopiedTable.all.map { ($0.name, try source.count(of: $0)) })
        total = counts.values.reduce(0, +)
        report = CopyPassReport(number: number, epoch: epoch)
    }

    mutating func run() throws -> CopyPassReport {
        for table in CopiedTable.all where table.onlyGrows { try write(table) }
        for table in CopiedTable.all where table.uniqueColumn != nil { try release(table) }
        for table in CopiedTable.all where !table.onlyGrows { try write(table) }
        for table in tablesWithSurplus.reversed() { try deleteSurplus(table) }
        return report
    }

    private func merge(_ table: CopiedTable) -> RowMerge {
        RowMerge(table, source: source, target: target, sourcePage: sourcePage, targetPage: targetPage)
    }

    private func release(_ table: CopiedTable) throws {
        guard try !target.rows(of: table, after: nil, limit: 1).isEmpty else { return }
        var merge = merge(table)
        while let found = try merge.step() {
            if !found.changed.isEmpty { try target.release(found.changed, in: table) }
            if !found.surplus.isEmpty { try target.release(found.surplus, in: table) }
        }
        try target.commit()
    }

    private mutating func write(_ table: CopiedTable) throws {
        var merge = merge(table)
        var counted = CopyPassReport.Table(name: table.name)
        while let found = try merge.step() {
            if table.onlyGrows, !found.changed.isEmpty || !found.surplus.isEmpty { throw CopyRefusal.sourceWentBack }
            try apply(found, to: table)
            counted.inserted += found.missing.count
            counted.updated += found.changed.count
            counted.deleted += found.surplus.count
            tell(table, merge.source.count)
        }
        try target.commit()
        if table.isReferredTo, counted.deleted > 0 { tablesWithSurplus.append(table) }
        counted.rows = merge.source.count
        counted.targetRows = merge.target.count
        counted.checksum = merge.source.checksum
        counted.targetChecksum = merge.target.checksum
        report.tables.append(counted)
        allRows += merge.source.count
    }

    private func apply(_ found: RowDifferences, to table: CopiedTable) throws {
        if !found.surplus.isEmpty, !table.isReferredTo { try target.delete(found.surplus, from: table) }
        if !found.changed.isEmpty { try target.replace(found.changed, in: table) }
        if !found.missing.isEmpty { try target.insert(found.missing, into: table) }
    }

    private func deleteSurplus(_ table: CopiedTable) throws {
        var merge = merge(table)
        while let found = try merge.step() {
            if !found.surplus.isEmpty { try target.delete(found.surplus, from: table) }
        }
        try target.commit()
    }

    private func tell(_ table: CopiedTable, _ rows: Int) {
        progress(
            CopyProgress(
                pass: report.number, table: table.name, rows: rows, tableRows: counts[table.name] ?? 0,
                allRows: allRows + rows, total: total))
    }
}
