import GRDB
import LanyardCore
import LanyardStorage

extension SQLiteTransaction {
    func addUsage(_ rows: [UsageRow]) throws {
        try attempt("adding usage") {
            var shards = [[UsageRow]](repeating: [], count: JournalShard.count)
            for row in rows { shards[JournalShard.of(low: (row.key ?? UsageQuestion.noKey).low)].append(row) }
            for (shard, rows) in shards.enumerated() {
                for (row, earliest) in try UsageJournal.rows(rows[...], bytes: journalLimits.rowBytes) {
                    try appendToJournal(row, .usage, shard, earliestMinute: earliest)
                }
            }
        }
    }

    /// Adds to the rows of the table.
    func settle(_ rows: [UsageRow]) throws {
        for row in rows {
            // A key's use in a minute may be settled twice; only the first can tell when it was last used.
            if try add(row), let key = row.key { try note(key, usedAt: row.minute) }
        }
    }

    /// Whether the row is the first of its key, minute and outcome.
    private func add(_ row: UsageRow) throws -> Bool {
        var values = ColumnWriter(capacity: 6)
        values.add(Int64(row.minute))
        values.add(row.key ?? UsageQuestion.noKey)
        try values.add(row.outcome)
        values.add(row.count)
        values.add(row.tokens)
        values.add(row.nanoUSD)
        // What a row counts only grows, so what was added is all that it counts just in the first.
        let isFirst = try number(
            """
            INSERT INTO usage (minute, key, outcome, count, tokens, nano_usd) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
            ON CONFLICT (minute, key, outcome) DO UPDATE SET
                count = count + excluded.count,
                tokens = tokens + excluded.tokens,
                nano_usd = nano_usd + excluded.nano_usd
            RETURNING count = ?4
            """, values)
        return isFirst != 0
    }

    private func note(_ key: KeyID, usedAt minute: Int32) throws {
        var values = ColumnWriter()
        values.add(key)
        values.add(Timestamp(milliseconds: Int64(minute) * 60_000))
        try execute(
            "UPDATE keys SET last_used_at = ?2 WHERE id = ?1 AND (last_used_at IS NULL OR last_used_at < ?2)", values)
    }

    func usage(_ query: UsageQuery) throws -> [UsageSum] {
        guard query.limit > 0 else { return [] }
        // What is not settled yet counts too: of both, the first pieces are among the first of all.
        return try attempt("summing up usage") {
            UsageSum.merge(try settledUsage(query), try unsettledUsage(query), limit: query.limit)
        }
    }

    private func settledUsage(_ query: UsageQuery) throws -> [UsageSum] {
        var stretch = UsageStretch(query)
        var sums: [UsageSum] = []
        while sums.count < query.limit, stretch.first < query.toMinute {
            guard let used = try earliestUsage(from: stretch.first, before: query.toMinute) else { break }
            let minutes = stretch.next(from: used)
            var part = query
            part.fromMinute = minutes.lowerBound
            part.toMinute = minutes.upperBound
            part.limit = query.limit - sums.count
            sums += try sumUp(part)
        }
        return sums
    }

    private func earliestUsage(from first: Int32, before end: Int32) throws -> Int32? {
        var values = ColumnWriter()
        values.add(Int64(first))
        values.add(Int64(end))
        return try number(
            "SELECT minute FROM usage WHERE minute >= ?1 AND minute < ?2 ORDER BY minute LIMIT 1", values
        ).flatMap { Int32(exactly: $0) }
    }

    private func sumUp(_ query: UsageQuery) throws -> [UsageSum] {
        let question = try UsageQuestion(query)
        var sums: [UsageSum] = []
        let cursor = try Row.fetchCursor(statement(question.sql, question.values))
        while let row = try cursor.next() {
            var columns = ColumnReader(row, of: "usage")
            let minute = try columns.number(Int32.self)
            let group = try query.group.name(of: columns.id())
            let position = UsagePosition(minute: minute, group: group)
            if sums.last?.position != position {
                // The piece after the last one that was asked for has begun.
                if sums.count == query.limit { break }
                sums.append(UsageSum(position: position, outcomes: [:], tokens: 0, nanoUSD: 0))
            }
            let last = sums.count - 1
            sums[last].outcomes[try columns.text()] = try columns.number()
            sums[last].tokens += try columns.number()
            sums[last].nanoUSD += try columns.number()
        }
        return sums
    }
}
