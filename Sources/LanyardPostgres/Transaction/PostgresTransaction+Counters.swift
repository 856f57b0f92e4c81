import LanyardCore
import LanyardStorage

// # Windows that nodes count together
//
// They stand in the table of windows, counted by the server's clock. As with balances, a window that is not there yet has
// no row to lock: each is locked by a number made of its id, in the order of these numbers, so that no two transactions
// wait for each other. The clock is read once the locks are held; whoever had them before has committed what it charged.

extension PostgresTransaction {
    /// Puts questions to the windows, in order.
    func ask(_ questions: [CounterQuestion]) throws -> [CounterAnswer] {
        let ids = Array(Set(questions.lazy.flatMap(\.parts).map(\.id)))
        guard !ids.isEmpty else { return questions.map { _ in CounterAnswer(isCharged: true, readings: []) } }
        try lock(ids)
        var page = CounterPage(time: try counterTime(), windows: try windows(ids))
        let answers = questions.map { page.apply($0) }
        try saveCounters(page.changes)
        return answers
    }

    private func lock(_ ids: [CounterID]) throws {
        try attempt("locking windows") {
            let numbers = Set(ids.map(\.lockNumber)).sorted()
            var locks = ColumnArray(of: .int8, capacity: numbers.count)
            for number in numbers { locks.add(number) }
            var values = ColumnWriter(capacity: 1)
            values.add(locks)
            _ = try rows("SELECT pg_advisory_xact_lock(id) FROM unnest($1::bigint[]) AS ids (id)", values)
        }
    }

    /// The server's clock, to the microsecond that it tells.
    private func counterTime() throws -> MonotonicInstant {
        try attempt("reading the clock") {
            let microseconds = try number("SELECT floor(extract(epoch FROM clock_timestamp()) * 1000000)::bigint")
            guard let microseconds else { throw StoreError(.corrupted, "the server tells no time") }
            return MonotonicInstant(nanoseconds: microseconds * 1000)
        }
    }

    private func windows(_ ids: [CounterID]) throws -> [SavedWindow] {
        let values = try ColumnWriter(columns: CounterID.types, of: ids) { try $0.write(to: &$1) }
        return try records(
            selecting: """
                WHERE (subject_kind, subject, unit, window_ms, source) IN (
                    SELECT * FROM unnest($1::bigint[], $2::uuid[], $3::text[], $4::bigint[], $5::text[])
                )
                """, values)
    }

    /// Forgets windows whose newest bucket has left.
    func forgetCounters(limit: Int) throws -> Int {
        try attempt("forgetting windows") {
            var values = ColumnWriter()
            values.add(Int64(WindowRing.slotCount))
            values.add(max(0, limit))
            // A bucket is a 32nd of the window, which is in milliseconds.
            return try execute(
                """
                DELETE FROM windows WHERE ctid IN (
                    SELECT ctid FROM windows
                    WHERE (head + $1::bigint)::numeric * window_ms / 32 < extract(epoch FROM clock_timestamp()) * 1000
                    LIMIT $2 FOR UPDATE SKIP LOCKED
                )
                """, values)
        }
    }
}

extension CounterID {
    fileprivate static let types: [ColumnType] = [.int8, .uuid, .text, .int8, .text]

    fileprivate func write(to columns: inout ColumnWriter) throws {
        columns.add(Int64(subject.kind.rawValue))
        columns.add(subject.id)
        try columns.add(identity.unit)
        columns.add(identity.windowMilliseconds)
        try columns.add(identity.source)
    }

    /// Names a lock that all nodes share.
    fileprivate var lockNumber: Int64 {
        var hash = LockHash()
        hash.add(CollectionOfOne(subject.kind.rawValue))
        var numbers: [UInt8] = []
        numbers.append(bigEndian: subject.high)
        numbers.append(bigEndian: subject.low)
        numbers.append(bigEndian: identity.windowMilliseconds)
        hash.add(numbers)
        // No balance's hash begins as a window's ends: they have other parts.
        for text in [identity.unit.rawValue, identity.source.rawValue, "window"] { hash.add(text) }
        return hash.number
    }
}
