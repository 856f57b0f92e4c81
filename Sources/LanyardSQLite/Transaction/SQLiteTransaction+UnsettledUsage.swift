import GRDB
import LanyardCore
import LanyardStorage

extension SQLiteTransaction {
    /// What the journal has to say to a question about usage, in the form and order of the table's answer.
    func unsettledUsage(_ query: UsageQuery) throws -> [UsageSum] {
        guard query.fromMinute < query.toMinute else { return [] }
        var usage = MergedUsage(minutes: query.fromMinute..<query.toMinute, key: query.key)
        let shard = query.key.map { Int64(JournalShard.of(low: $0.low)) }
        let condition = shard == nil ? "WHERE kind = ?1" : "WHERE kind = ?1 AND shard = ?2"
        try forEachJournalRow(condition, .usage, shard) { try usage.merge($0) }
        guard !usage.sums.isEmpty else { return [] }
        var owners = UsageOwners(query)
        var sums: [UsagePosition: UsageSum] = [:]
        for row in usage.rows {
            guard let group = try owners.group(of: row.key, in: self) else { continue }
            let interval = query.interval.minutes
            let piece = row.minute - (row.minute % interval + interval) % interval
            let position = UsagePosition(minute: piece, group: group)
            var sum = sums[position] ?? UsageSum(position: position, outcomes: [:], tokens: 0, nanoUSD: 0)
            sum.add(
                UsageSum(
                    position: position, outcomes: [row.outcome: row.count], tokens: row.tokens, nanoUSD: row.nanoUSD))
            sums[position] = sum
        }
        let ordered = sums.values.sorted { $0.position.isBefore($1.position) }
        let rest = ordered.drop { sum in query.after.map { !$0.isBefore(sum.position) } ?? false }
        return Array(rest.prefix(query.limit))
    }
}

/// Whose a key's usage is. Keys come one after the other, and mostly several rows of each.
private struct UsageOwners {
    private let query: UsageQuery
    private let needsKey: Bool
    private var last: (key: KeyID?, group: String?)?

    init(_ query: UsageQuery) {
        self.query = query
        let isFiltered =
            query.account != nil || query.project != nil || query.visibleProjects != nil || query.hiddenProject != nil
            || query.hidesDeletedKeys
        switch query.group {
        case .none, .key: needsKey = isFiltered
        case .account, .project: needsKey = true
        }
    }

    /// The group's text; `nil` where the question is not about this key.
    mutating func group(of key: KeyID?, in transaction: SQLiteTransaction) throws -> String? {
        if let last, last.key == key { return last.group }
        let owner = needsKey ? try key.flatMap { try transaction.owner(of: $0) } : nil
        let group = isAsked(key, owner) ? text(key, owner) : nil
        last = (key, group)
        return group
    }

    private func isAsked(_ key: KeyID?, _ owner: SQLiteTransaction.KeyOwner?) -> Bool {
        if let account = query.account, owner?.account != account { return false }
        if let project = query.project, owner?.project != project { return false }
        if let visible = query.visibleProjects {
            guard let owner, visible.contains(owner.project) else { return false }
        }
        if let hidden = query.hiddenProject, owner?.project == hidden { return false }
        if query.hidesDeletedKeys, key != nil, owner == nil { return false }
        return true
    }

    private func text(_ key: KeyID?, _ owner: SQLiteTransaction.KeyOwner?) -> String {
        switch query.group {
        case .none: ""
        case .key: key?.description ?? ""
        case .account: owner?.account?.description ?? ""
        case .project: owner?.project.description ?? ""
        }
    }
}

extension SQLiteTransaction {
    struct KeyOwner {
        let project: ProjectID
        let account: AccountID?
    }

    /// `nil` for a key that was deleted.
    fileprivate func owner(of key: KeyID) throws -> KeyOwner? {
        var values = ColumnWriter()
        values.add(key)
        guard let row = try Row.fetchOne(statement("SELECT project, account FROM keys WHERE id = ?1", values)) else {
            return nil
        }
        var columns = ColumnReader(row, of: KeyRecord.table.name)
        return KeyOwner(project: try columns.id(), account: try columns.optionalID())
    }
}

extension UsagePosition {
    /// In the order of answers: by time, then by the group's text, whose order is that of ids.
    fileprivate func isBefore(_ other: UsagePosition) -> Bool {
        minute == other.minute ? group < other.group : minute < other.minute
    }
}

extension UsageSum {
    /// Adds what the same position has elsewhere.
    mutating func add(_ other: UsageSum) {
        outcomes.merge(other.outcomes) { $0.addingSaturating($1) }
        tokens = tokens.addingSaturating(other.tokens)
        nanoUSD = nanoUSD.addingSaturating(other.nanoUSD)
    }

    /// Both in order of position, put together.
    static func merge(_ left: [UsageSum], _ right: [UsageSum], limit: Int) -> [UsageSum] {
        if right.isEmpty { return left }
        var merged: [UsageSum] = []
        var (rest, others) = (left[...], right[...])
        while merged.count < limit {
            let heads = [rest.first, others.first].compactMap { $0?.position }
            guard let next = heads.min(by: { $0.isBefore($1) }) else { break }
            var sum = UsageSum(position: next, outcomes: [:], tokens: 0, nanoUSD: 0)
            if let own = rest.first, own.position == next { sum.add(rest.removeFirst()) }
            if let other = others.first, other.position == next { sum.add(others.removeFirst()) }
            merged.append(sum)
        }
        return merged
    }
}
