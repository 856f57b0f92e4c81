import LanyardCore
import LanyardStorage

// # Usage that grows old
//
// A row for each key, minute and outcome is 60 times what a row for each hour is, and nobody asks for last month by the
// minute. Both statements below go by the primary key, (minute, key, outcome), whose order they also take rows in; so each
// touches a stretch of the table and not the table.

extension PostgresTransaction {
    private static let hour: Int32 = 60

    func rollUpUsage(from first: Int32, before end: Int32, limit: Int) throws -> Int32 {
        try attempt("putting usage together by the hour") {
            guard limit > 0, first < end, let earliest = try earliestUsage(from: first, before: end) else { return end }
            let hour = earliest - (earliest % Self.hour + Self.hour) % Self.hour
            var values = ColumnWriter()
            values.add(Int64(hour))
            values.add(Int64(hour + Self.hour))
            values.add(limit)
            let moved = try number(
                """
                WITH piece AS (
                    SELECT minute, key, outcome FROM usage WHERE minute > $1 AND minute < $2
                    ORDER BY minute, key, outcome LIMIT $3
                ), gone AS (
                    DELETE FROM usage USING piece
                    WHERE usage.minute = piece.minute AND usage.key = piece.key AND usage.outcome = piece.outcome
                    RETURNING usage.key, usage.outcome, usage.count, usage.tokens, usage.nano_usd
                ), kept AS (
                    INSERT INTO usage AS old (minute, key, outcome, count, tokens, nano_usd)
                    SELECT $1::bigint, key, outcome, sum(count)::bigint, sum(tokens)::bigint, sum(nano_usd)::bigint
                    FROM gone GROUP BY key, outcome
                    ON CONFLICT (minute, key, outcome) DO UPDATE SET
                        count = old.count + excluded.count,
                        tokens = old.tokens + excluded.tokens,
                        nano_usd = old.nano_usd + excluded.nano_usd
                )
                SELECT count(*) FROM gone
                """, values)
            return (moved ?? 0) < limit ? hour + Self.hour : hour
        }
    }

    func deleteUsage(before minute: Int32, limit: Int) throws -> Int {
        try attempt("deleting usage") {
            var values = ColumnWriter()
            values.add(Int64(minute))
            values.add(max(0, limit))
            return try execute(
                """
                DELETE FROM usage USING (
                    SELECT minute, key, outcome FROM usage WHERE minute < $1 ORDER BY minute, key, outcome LIMIT $2
                ) AS piece
                WHERE usage.minute = piece.minute AND usage.key = piece.key AND usage.outcome = piece.outcome
                """, values)
        }
    }
}
