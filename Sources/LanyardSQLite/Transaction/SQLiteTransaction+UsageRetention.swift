import GRDB
import LanyardCore
import LanyardStorage

// # Usage that grows old
//
// A row for each key, minute and outcome is 60 times what a row for each hour is, and nobody asks for last month by the
// minute. Both statements below go by the primary key, (minute, key, outcome), whose order they also take rows in; so each
// touches a stretch of the table and not the table.

extension SQLiteTransaction {
    private static let hour: Int32 = 60

    func rollUpUsage(from first: Int32, before end: Int32, limit: Int) throws -> Int32 {
        try attempt("putting usage together by the hour") {
            guard limit > 0, first < end else { return end }
            try settleUsage(before: end)
            var bounds = ColumnWriter()
            bounds.add(Int64(first))
            bounds.add(Int64(end))
            let earliest = try number(
                "SELECT minute FROM usage WHERE minute >= ?1 AND minute < ?2 ORDER BY minute LIMIT 1", bounds)
            guard let earliest = earliest.flatMap({ Int32(exactly: $0) }) else { return end }
            let hour = earliest - (earliest % Self.hour + Self.hour) % Self.hour
            var values = ColumnWriter()
            values.add(Int64(hour))
            values.add(Int64(hour + Self.hour))
            values.add(limit)
            let piece = "FROM usage WHERE minute > ?1 AND minute < ?2 ORDER BY minute, key, outcome LIMIT ?3"
            // WHERE true tells SQLite's parser that ON CONFLICT does not belong to a join.
            try execute(
                """
                INSERT INTO usage (minute, key, outcome, count, tokens, nano_usd)
                SELECT ?1, key, outcome, sum(count), sum(tokens), sum(nano_usd)
                FROM (SELECT key, outcome, count, tokens, nano_usd \(piece)) WHERE true GROUP BY key, outcome
                ON CONFLICT (minute, key, outcome) DO UPDATE SET
                    count = count + excluded.count,
                    tokens = tokens + excluded.tokens,
                    nano_usd = nano_usd + excluded.nano_usd
                """, values)
            let moved = try execute(
                "DELETE FROM usage WHERE (minute, key, outcome) IN (SELECT minute, key, outcome \(piece))", values)
            return moved < limit ? hour + Self.hour : hour
        }
    }

    func deleteUsage(before minute: Int32, limit: Int) throws -> Int {
        try attempt("deleting usage") {
            try settleUsage(before: minute)
            var values = ColumnWriter()
            values.add(Int64(minute))
            values.add(max(0, limit))
            return try execute(
                """
                DELETE FROM usage WHERE (minute, key, outcome) IN
                    (SELECT minute, key, outcome FROM usage WHERE minute < ?1 ORDER BY minute, key, outcome LIMIT ?2)
                """, values)
        }
    }
}
