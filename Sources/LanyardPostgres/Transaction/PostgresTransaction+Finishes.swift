import LanyardCore
import LanyardStorage

extension PostgresTransaction {
    /// Leaves word of ended calls, and tells their nodes.
    func pass(_ finishes: [PassedFinish]) throws -> [PassedFinish.Outcome?] {
        guard !finishes.isEmpty else { return [] }
        try attempt("passing on ends of calls") {
            let values = ColumnWriter(columns: [.uuid, .int8, .int8, .int8, .int8], of: finishes) { finish, columns in
                columns.add(finish.grant)
                columns.add(Int64(NodeMark(of: finish.grant).number))
                columns.add(finish.requests)
                columns.add(finish.tokens)
                columns.add(finish.nanoUSD)
            }
            // In the order of the key, so that no two transactions wait for each other.
            let added = try rows(
                """
                INSERT INTO finishes (grant_id, tag, requests, tokens, nano_usd)
                SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[])
                    AS asked (grant_id, tag, requests, tokens, nano_usd)
                WHERE EXISTS (SELECT 1 FROM nodes WHERE nodes.tag = asked.tag)
                ORDER BY grant_id
                ON CONFLICT (grant_id) DO NOTHING RETURNING tag
                """, values)
            let tags = try (0..<added.count).map { row in
                var columns = ColumnReader(added, row: row, of: "finishes")
                return try columns.number()
            }
            for tag in Set(tags) { try notify(.finishing, String(tag)) }
        }
        let known = try passed(finishes.map(\.grant))
        return finishes.map { finish in known[finish.grant] ?? .unknown }
    }

    /// What was left, with what came of it.
    private func passed(_ grants: [GrantID]) throws -> [GrantID: PassedFinish.Outcome?] {
        try attempt("reading ends of calls") {
            var values = ColumnWriter(capacity: 1)
            values.add(ColumnArray(grants))
            let found = try rows("SELECT grant_id, outcome FROM finishes WHERE grant_id = ANY($1::uuid[])", values)
            var outcomes: [GrantID: PassedFinish.Outcome?] = [:]
            for row in 0..<found.count {
                var columns = ColumnReader(found, row: row, of: "finishes")
                let grant: GrantID = try columns.id()
                let outcome = try columns.optionalText().map(PassedFinish.Outcome.init(rawValue:))
                // One that a newer version writes ended the call, too.
                outcomes.updateValue(outcome.map { $0 ?? .alreadyFinished }, forKey: grant)
            }
            return outcomes
        }
    }

    func outcomes(of grants: [GrantID]) throws -> [GrantID: PassedFinish.Outcome] {
        try passed(grants).compactMapValues { $0 }
    }

    func finishes(passedTo node: NodeMark, limit: Int) throws -> [PassedFinish] {
        try attempt("reading ends of calls") {
            var values = ColumnWriter()
            values.add(Int64(node.number))
            values.add(max(0, limit))
            let found = try rows(
                """
                SELECT grant_id, requests, tokens, nano_usd FROM finishes
                WHERE tag = $1 AND outcome IS NULL LIMIT $2
                """, values)
            return try (0..<found.count).map { row in
                var columns = ColumnReader(found, row: row, of: "finishes")
                return PassedFinish(
                    grant: try columns.id(), requests: try columns.optionalNumber(),
                    tokens: try columns.optionalNumber(), nanoUSD: try columns.optionalNumber())
            }
        }
    }

    func answer(_ outcomes: [GrantID: PassedFinish.Outcome]) throws {
        guard !outcomes.isEmpty else { return }
        try attempt("answering ends of calls") {
            let values = try ColumnWriter(columns: [.uuid, .text], of: Array(outcomes)) { part, columns in
                columns.add(part.key)
                try columns.add(part.value)
            }
            try execute(
                """
                UPDATE finishes SET outcome = told.outcome
                FROM unnest($1::uuid[], $2::text[]) AS told (grant_id, outcome)
                WHERE finishes.grant_id = told.grant_id AND finishes.outcome IS NULL
                """, values)
        }
    }

    func forgetFinishes(olderThan age: Duration, limit: Int) throws -> Int {
        try attempt("forgetting ends of calls") {
            var values = ColumnWriter()
            values.add(Int64(clamping: age.milliseconds))
            values.add(max(0, limit))
            return try execute(
                """
                DELETE FROM finishes WHERE grant_id IN (
                    SELECT grant_id FROM finishes
                    WHERE at < clock_timestamp() - $1::bigint * interval '1 millisecond'
                        OR outcome = 'unknown' AND at < clock_timestamp() - interval '10 seconds'
                    ORDER BY at LIMIT $2 FOR UPDATE SKIP LOCKED
                )
                """, values)
        }
    }
}
