import LanyardCore
import LanyardStorage

// # Windows that nodes count together
//
// They stand in the table of windows, counted by the server's clock. As with balances, a window that is not there yet has
// no row to lock: each is locked by a number made of its id, in the order of these numbers, so that no two transactions
// wait for each other for ever. There are a thousand of these locks, not one for each window: the server's table of
// locks is no larger than some thousands. The clock is read once the locks are held; whoever had them before has
// committed what it charged.

extension PostgresTransaction {
    /// Puts questions to the windows, in order.
    func ask(_ batch: CounterBatch) throws -> CounterReport {
        let ids = Array(Set(batch.questions.lazy.flatMap(\.parts).map(\.id)))
        if !ids.isEmpty { try lock(ids) }
        let clock = try counterClock()
        guard clock.time <= batch.latest else {
            return CounterReport(time: clock.time, setBack: clock.setBack, answers: nil)
        }
        var answers: [CounterAnswer] = []
        if !ids.isEmpty {
            var page = CounterPage(time: clock.time, step: clock.step, windows: try windows(ids))
            answers = batch.questions.map { page.apply($0) }
            try saveCounters(page.changes)
        } else {
            answers = batch.questions.map { _ in CounterAnswer(isCharged: true, readings: []) }
        }
        return CounterReport(time: clock.time, setBack: clock.setBack, answers: answers)
    }

    private func lock(_ ids: [CounterID]) throws {
        try attempt("locking windows") {
            let numbers = Set(ids.map { $0.lockNumber & Self.lockMask }).sorted()
            var locks = ColumnArray(of: .int8, capacity: numbers.count)
            for number in numbers { locks.add(number) }
            var values = ColumnWriter(capacity: 1)
            values.add(locks)
            _ = try rows(
                "SELECT pg_advisory_xact_lock(\(Self.lockClass), id::int) FROM unnest($1::bigint[]) AS ids (id)", values
            )
        }
    }

    /// A space of numbers that nothing else of the store's uses.
    private static let lockClass = 0x77_6E_64
    private static let lockMask: Int64 = 1023

    private struct CounterTime {
        let time: MonotonicInstant
        let setBack: Int64
        let step: CounterStep?
    }

    /// The server's clock, to the microsecond that it tells, less what it was set forward by.
    private func counterClock() throws -> CounterTime {
        try attempt("reading the clock") {
            var columns = try counterColumns(
                "\(Self.microseconds) - set_back_us, set_back_us, step_at_us, step_us, name")
            let (time, setBack) = (try columns.number(), try columns.number())
            let (stepAt, step) = (try columns.optionalNumber(), try columns.optionalNumber())
            // Nodes that count elsewhere have named what they count in, and two places would each hold the whole amount.
            if let name = try columns.optionalText(), name != Self.ownCounters {
                throw StoreError(.unavailable, "other nodes count limits elsewhere: give all of them the same counters")
            }
            return CounterTime(
                time: MonotonicInstant(nanoseconds: time * 1000), setBack: setBack * 1000,
                step: stepAt.flatMap { at in
                    step.map {
                        CounterStep(noticedAt: MonotonicInstant(nanoseconds: at * 1000), nanoseconds: $0 * 1000)
                    }
                })
        }
    }

    /// The name of the windows in this database.
    static let ownCounters = "database"

    private static let microseconds = "floor(extract(epoch FROM clock_timestamp()) * 1000000)::bigint"

    /// Sets the time of the windows back, once for each correction. An earlier step that still closes windows goes on to.
    func setClockBack(by nanoseconds: Int64, after correction: Int64, hasCharged: Bool) throws {
        try attempt("setting the clock of the windows back") {
            let microseconds = max(0, nanoseconds + 999) / 1000
            var correcting = ColumnWriter()
            correcting.add(microseconds)
            correcting.add(correction / 1000)
            _ = try execute(
                "UPDATE counters SET set_back_us = set_back_us + $1::bigint WHERE set_back_us = $2::bigint", correcting)
            // Also where another node has set it back already.
            guard hasCharged else { return }
            var values = ColumnWriter()
            values.add(microseconds)
            _ = try execute(
                """
                UPDATE counters SET
                    step_us = CASE
                        WHEN \(Self.microseconds) - set_back_us < step_at_us + 33 * step_us
                        THEN greatest(step_us, $1::bigint) ELSE $1::bigint
                    END,
                    step_at_us = \(Self.microseconds) - set_back_us
                """, values)
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

    /// Notes that counters of this name are in use; `false` if they are not the valid ones.
    func confirmCounters(_ name: String) throws -> Bool {
        try attempt("confirming the counters") {
            var values = ColumnWriter()
            try values.add(name)
            return try execute(
                "UPDATE counters SET confirmed_at = clock_timestamp() WHERE name = $1", values) == 1
        }
    }

    /// Makes a name the valid one, unless another is in use.
    func nameCounters(_ name: String, afterSilenceOf silence: Duration) throws -> CounterNaming {
        try attempt("naming the counters") {
            var values = ColumnWriter()
            try values.add(name)
            let (seconds, attoseconds) = silence.components
            values.add(seconds * 1_000_000 + attoseconds / 1_000_000_000_000)
            _ = try execute(
                """
                UPDATE counters SET
                    name = $1, confirmed_at = clock_timestamp(), losses = losses + CASE WHEN name IS NULL THEN 0 ELSE 1 END
                WHERE name IS NULL
                    OR name <> $1 AND confirmed_at < clock_timestamp() - $2::bigint * interval '1 microsecond'
                """, values)
            var columns = try counterColumns("name, losses")
            return CounterNaming(name: try columns.optionalText() ?? "", losses: try columns.number())
        }
    }

    private func counterColumns(_ columns: String) throws -> ColumnReader {
        let rows = try rows("SELECT \(columns) FROM counters")
        guard rows.count == 1 else { throw StoreError(.corrupted, "the row of the counters is missing") }
        return ColumnReader(rows, row: 0, of: "counters")
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
                    WHERE (head + $1::bigint)::numeric * window_ms / 32
                        < (SELECT \(Self.microseconds) - set_back_us FROM counters) / 1000
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
