import LanyardCore
import LanyardStorage

// # Places in flight
//
// A subject of which nobody holds a place has no row to lock. So, as with balances, each is locked by one of a bounded
// number of advisory locks, in their order; with it held, what other nodes hold is read by a statement of its own, and
// nobody else changes it before the commit.

extension PostgresTransaction {
    /// Sets how many places a node holds.
    func hold(_ claims: [PlaceClaim], by node: NodeID) throws -> [Int64] {
        guard !claims.isEmpty else { return [] }
        try lockPlaces(claims.map(\.subject))
        return try attempt("counting places in flight") {
            var known = ColumnWriter(capacity: 1)
            known.add(node)
            guard try exists("SELECT 1 FROM nodes WHERE id = $1", known) else { return claims.map { _ in 0 } }
            let others = try placesOfOthers(claims, than: node)
            let held = claims.map { $0.granted(besides: others[$0.subject] ?? 0) }
            try savePlaces(Array(zip(claims.map(\.subject), held)), of: node)
            return held
        }
    }

    private func lockPlaces(_ subjects: [Subject]) throws {
        try attempt("locking places in flight") {
            var locks = ColumnArray(of: .int8, capacity: subjects.count)
            for number in Set(subjects.map(\.lockNumber)).sorted() { locks.add(number) }
            var values = ColumnWriter(capacity: 1)
            values.add(locks)
            _ = try rows(
                """
                SELECT pg_advisory_xact_lock(\(Schema.placeLockSpace), id::integer)
                FROM unnest($1::bigint[]) AS ids (id)
                """, values)
        }
    }

    /// What other nodes that are known hold.
    private func placesOfOthers(_ claims: [PlaceClaim], than node: NodeID) throws -> [Subject: Int64] {
        var values = ColumnWriter(columns: [.int8, .uuid], of: claims) { $0.subject.write(to: &$1) }
        values.add(node)
        let found = try rows(
            """
            SELECT subject_kind, subject, sum(held)::bigint FROM places
            WHERE (subject_kind, subject) IN (SELECT * FROM unnest($1::bigint[], $2::uuid[])) AND node <> $3
                AND EXISTS (SELECT 1 FROM nodes WHERE nodes.id = places.node)
            GROUP BY subject_kind, subject
            """, values)
        var held: [Subject: Int64] = [:]
        for row in 0..<found.count {
            var columns = ColumnReader(found, row: row, of: "places")
            guard let kind = Subject.Kind(rawValue: try columns.number(UInt8.self)) else { throw columns.damage() }
            let id = try columns.id(SubjectTag.self)
            held[Subject(kind: kind, high: id.high, low: id.low)] = try columns.number()
        }
        return held
    }

    private func savePlaces(_ places: [(subject: Subject, held: Int64)], of node: NodeID) throws {
        let kept = places.filter { $0.held > 0 }
        if !kept.isEmpty {
            let values = ColumnWriter(columns: [.int8, .uuid, .uuid, .int8], of: kept) { place, columns in
                place.subject.write(to: &columns)
                columns.add(node)
                columns.add(place.held)
            }
            try execute(
                """
                INSERT INTO places (subject_kind, subject, node, held)
                SELECT * FROM unnest($1::bigint[], $2::uuid[], $3::uuid[], $4::bigint[])
                ON CONFLICT (subject_kind, subject, node) DO UPDATE SET held = excluded.held
                """, values)
        }
        let gone = places.filter { $0.held == 0 }
        guard !gone.isEmpty else { return }
        var values = ColumnWriter(columns: [.int8, .uuid], of: gone) { $0.subject.write(to: &$1) }
        values.add(node)
        try execute(
            """
            DELETE FROM places WHERE node = $3
                AND (subject_kind, subject) IN (SELECT * FROM unnest($1::bigint[], $2::uuid[]))
            """, values)
    }

    /// A node that joins holds no place, and one that goes holds none any more.
    func deletePlaces(of node: NodeID) throws {
        try attempt("giving back places in flight") {
            var values = ColumnWriter(capacity: 1)
            values.add(node)
            _ = try execute("DELETE FROM places WHERE node = $1", values)
        }
    }

    /// Deletes what nodes held that are not known any more. It counts for nobody.
    func deleteAbandonedPlaces() throws {
        try attempt("giving back places in flight") {
            _ = try execute(
                """
                DELETE FROM places WHERE ctid IN (
                    SELECT ctid FROM places WHERE NOT EXISTS (SELECT 1 FROM nodes WHERE nodes.id = places.node)
                    LIMIT 10000 FOR UPDATE SKIP LOCKED
                )
                """)
        }
    }
}

extension Subject {
    fileprivate func write(to columns: inout ColumnWriter) {
        columns.add(Int64(kind.rawValue))
        columns.add(id)
    }

    /// Names a lock that all nodes share: one of 1024.
    fileprivate var lockNumber: Int64 {
        var hash = LockHash()
        hash.add(CollectionOfOne(kind.rawValue))
        var numbers: [UInt8] = []
        numbers.append(bigEndian: high)
        numbers.append(bigEndian: low)
        hash.add(numbers)
        return hash.number & 1023
    }
}
