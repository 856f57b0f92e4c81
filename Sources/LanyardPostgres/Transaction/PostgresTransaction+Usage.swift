import LanyardCore
import LanyardStorage

extension PostgresTransaction {
    func addUsage(_ rows: [UsageRow]) throws {
        try attempt("adding usage") {
            for start in stride(from: 0, to: rows.count, by: Self.rowsTogether) {
                try add(rows[start..<min(start + Self.rowsTogether, rows.count)])
            }
        }
    }

    /// Rows of one statement: more would save nothing, and hold much in memory on both sides.
    static let rowsTogether = 5000

    private func add(_ rows: ArraySlice<UsageRow>) throws {
        var minutes = ColumnArray(of: .int8, capacity: rows.count)
        var keys = ColumnArray(of: .uuid, capacity: rows.count)
        var outcomes = ColumnArray(of: .text, capacity: rows.count)
        var sums = (1...3).map { _ in ColumnArray(of: .int8, capacity: rows.count) }
        for row in rows {
            minutes.add(Int64(row.minute))
            keys.add(row.key ?? UsageQuestion.noKey)
            try outcomes.add(row.outcome)
            sums[0].add(row.count)
            sums[1].add(row.tokens)
            sums[2].add(row.nanoUSD)
        }
        var values = ColumnWriter(capacity: 6)
        for column in [minutes, keys, outcomes] + sums { values.add(column) }
        try execute(Self.adding, values)
    }

    // A row may come twice in one portion, which ON CONFLICT would refuse: so portions are summed up first.
    //
    // Each second adds to the rows of the minute; only the first of a key, minute and outcome may tell when the key was
    // last used. What a row counts only grows, so what was added is all that it counts just in the first.
    private static let adding = """
        WITH portion AS (
            SELECT minute, key, outcome, sum(count)::bigint AS count, sum(tokens)::bigint AS tokens,
                sum(nano_usd)::bigint AS nano_usd
            FROM unnest($1::bigint[], $2::uuid[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[])
                AS added (minute, key, outcome, count, tokens, nano_usd)
            GROUP BY minute, key, outcome
        ), summed AS (
            INSERT INTO usage AS old (minute, key, outcome, count, tokens, nano_usd)
            SELECT minute, key, outcome, count, tokens, nano_usd FROM portion
            ON CONFLICT (minute, key, outcome) DO UPDATE SET
                count = old.count + excluded.count,
                tokens = old.tokens + excluded.tokens,
                nano_usd = old.nano_usd + excluded.nano_usd
            RETURNING minute, key, outcome, count
        ), used AS (
            SELECT key, max(minute) * 60000 AS at
            FROM summed JOIN portion USING (minute, key, outcome, count) GROUP BY key
        )
        UPDATE keys SET last_used_at = used.at FROM used
        WHERE keys.id = used.key AND (last_used_at IS NULL OR last_used_at < used.at)
        """

    func usage(_ query: UsageQuery) throws -> [UsageSum] {
        guard query.limit > 0 else { return [] }
        return try attempt("summing up usage") {
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
    }

    func earliestUsage(from first: Int32, before end: Int32) throws -> Int32? {
        var values = ColumnWriter()
        values.add(Int64(first))
        values.add(Int64(end))
        return try number(
            "SELECT minute FROM usage WHERE minute >= $1 AND minute < $2 ORDER BY minute LIMIT 1", values
        ).flatMap { Int32(exactly: $0) }
    }

    private func sumUp(_ query: UsageQuery) throws -> [UsageSum] {
        let question = try UsageQuestion(query)
        var sums: [UsageSum] = []
        let found = try rows(question.sql, question.values)
        for row in 0..<found.count {
            var columns = ColumnReader(found, row: row, of: "usage")
            let minute = try columns.number(Int32.self)
            let position = UsagePosition(minute: minute, group: try query.group.name(of: columns.id()))
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
