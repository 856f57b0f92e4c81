import LanyardCore
import LanyardStorage

extension PostgresTransaction {
    func changes(after epoch: Int64, limit: Int) throws -> [Change]? {
        let newest = try self.epoch()
        // A number that was never given is of another history.
        guard epoch <= newest else { return nil }
        guard epoch < newest, limit > 0 else { return [] }
        return try attempt("reading changes") {
            var values = ColumnWriter()
            values.add(epoch)
            values.add(limit)
            let found = try rows(
                "SELECT epoch, kind, subject, digests FROM changes WHERE epoch > $1 ORDER BY epoch LIMIT $2", values)
            let changes = try (0..<found.count).map { row in
                var columns = ColumnReader(found, row: row, of: "changes")
                return Change(epoch: try columns.number(), subject: try ChangeSubject(&columns))
            }
            // Where the first is not the next one, that was deleted.
            return changes.first?.epoch == epoch + 1 ? changes : nil
        }
    }

    func nodes() throws -> [NodeStanding] {
        try attempt("reading the nodes") {
            let found = try rows(
                "SELECT id, host, version, started_at, staleness_bound, epoch, beat FROM nodes ORDER BY id")
            return try (0..<found.count).map { row in
                var columns = ColumnReader(found, row: row, of: "nodes")
                let node = NodeDescription(
                    id: try columns.id(), host: try columns.text(), version: try columns.text(),
                    startedAt: try columns.time(), stalenessBoundMilliseconds: try columns.number())
                return NodeStanding(node: node, epoch: try columns.number(), beat: try columns.number())
            }
        }
    }

    /// Makes a node known: before its first read it has nothing that a change up to now could have outdated.
    /// - Returns: The newest change.
    func insertNode(_ node: NodeDescription) throws -> Int64 {
        try attempt("joining") {
            var values = ColumnWriter()
            values.add(node.id)
            try values.add(node.host)
            try values.add(node.version)
            values.add(node.startedAt)
            values.add(node.stalenessBoundMilliseconds)
            values.add(Self.newBeat())
            values.add(Int64(NodeMark(node.id).number))
            let epoch = try number(
                """
                INSERT INTO nodes (id, host, version, started_at, staleness_bound, epoch, beat, tag)
                SELECT $1::uuid, $2::text, $3::text, $4::bigint, $5::bigint, value, $6::bigint, $7::bigint FROM epoch
                ON CONFLICT (id) DO UPDATE SET
                    host = excluded.host, version = excluded.version, started_at = excluded.started_at,
                    staleness_bound = excluded.staleness_bound, epoch = excluded.epoch, beat = excluded.beat
                RETURNING epoch
                """, values)
            guard let epoch else { throw StoreError(.corrupted, "the counter of changes is missing") }
            return epoch
        }
    }

    /// Notes what a node has applied, and tells the others if that is news; `false` if the node is not known.
    func confirmNode(_ node: NodeID, _ epoch: Int64) throws -> Bool {
        try attempt("confirming") {
            var values = ColumnWriter()
            values.add(node)
            values.add(epoch)
            values.add(Self.newBeat())
            let found = try rows(
                """
                WITH old AS (SELECT id, epoch FROM nodes WHERE id = $1 FOR UPDATE),
                new AS (
                    UPDATE nodes SET epoch = $2, beat = $3 FROM old WHERE nodes.id = old.id
                    RETURNING old.epoch AS before
                )
                SELECT CASE WHEN before <> $2 THEN pg_notify('\(NoticeChannel.confirmed.rawValue)', '')::text END FROM new
                """, values)
            return found.count == 1
        }
    }

    /// None that was there before comes again, also where the store goes back to an earlier state.
    private static func newBeat() -> Int64 { .random(in: .min ... .max) }

    func notify(_ channel: NoticeChannel, _ text: String) throws {
        try attempt("telling other nodes") {
            var values = ColumnWriter()
            try values.add(channel)
            try values.add(text)
            try execute("SELECT pg_notify($1, $2)", values)
        }
    }

    /// Counts leases of a node as used: so many that the transaction stays short.
    /// - Returns: Whether none is left.
    func reapSomeLeases(of node: NodeID) throws -> Bool {
        try reapLeases(of: .node(node), localTime: Self.noTime, limit: Self.reapedTogether) < Self.reapedTogether
    }

    /// Counts leases as used whose nodes are not known (any more): those of nodes that were forgotten, and such as a node
    /// took while it was being forgotten.
    /// - Returns: Whose they were, and whether none is left.
    func reapSomeAbandonedLeases() throws -> (nodes: Set<NodeID>, isDone: Bool) {
        var values = ColumnWriter(capacity: 1)
        values.add(Self.reapedTogether)
        let gone: [Lease] = try records(
            selecting: """
                WHERE state = 'open' AND NOT EXISTS (SELECT 1 FROM nodes WHERE nodes.id = leases.node)
                ORDER BY node, id LIMIT $1
                """, values)
        try reap(gone, localTime: Self.noTime)
        return (Set(gone.map(\.node)), gone.count < Self.reapedTogether)
    }

    /// The server has a clock of its own.
    private static let noTime = Timestamp(milliseconds: 0)
    private static let reapedTogether = 500

    func deleteNode(_ node: NodeID) throws {
        try attempt("leaving") {
            var values = ColumnWriter()
            values.add(node)
            try execute("DELETE FROM nodes WHERE id = $1", values)
        }
    }

    /// Forgets nodes that have not confirmed since they stood like this. What they have leased is without a known node then,
    /// and so it is found whatever becomes of whoever has forgotten them.
    func deleteSilentNodes(_ silent: [NodeStanding]) throws -> [NodeID] {
        guard !silent.isEmpty else { return [] }
        return try attempt("forgetting silent nodes") {
            let values = ColumnWriter(columns: [.uuid, .int8], of: silent) { standing, columns in
                columns.add(standing.node.id)
                columns.add(standing.beat)
            }
            let found = try rows(
                """
                DELETE FROM nodes WHERE id IN (
                    SELECT id FROM nodes JOIN unnest($1::uuid[], $2::bigint[]) AS silent (id, beat) USING (id, beat)
                    ORDER BY id FOR UPDATE OF nodes SKIP LOCKED
                ) RETURNING id
                """, values)
            return try (0..<found.count).map { row in
                var columns = ColumnReader(found, row: row, of: "nodes")
                return try columns.id()
            }
        }
    }
}
