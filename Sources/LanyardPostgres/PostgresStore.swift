package import LanyardCore
package import LanyardStorage

// # The store on PostgreSQL
//
// Several nodes share it. One lane of threads writes, in the way that `Writer` tells; others read, each transaction seeing
// one state (REPEATABLE READ); others count (the ledger, shared windows, places in flight) in transactions that lock the
// rows that they touch and nothing else. Each kind has lanes, and a queue, of its own, so that however many reports are
// asked for, calls are decided; and a node's confirmations, which it must send each second to go on, wait for nobody.
//
// What a caller hears is certain: a commit is on the server's disk, and one whose reply was lost is looked up on the next
// connection (`UnknownCommit`). Only where the server can't be reached for the time of a call does a caller hear
// `unavailable`.

/// A store in a PostgreSQL database.
package final class PostgresStore: SharedStore {
    private let settings: PostgresSettings
    private let metrics: StoreMetrics
    private let incarnation: IncarnationWatch
    private let readers: Lanes<PooledCall>
    private let reporters: Lanes<PooledCall>
    private let counters: Lanes<PooledCall>
    private let heart: Lanes<PooledCall>
    private let writers: Lanes<WriteCall>
    private let listener: NoticeListener
    private let commits: CommitCount

    init(
        connector: Connector, metrics: StoreMetrics, watch: ConnectionWatch, listener: NoticeListener
    ) {
        self.metrics = metrics
        self.listener = listener
        settings = connector.settings
        incarnation = connector.incarnation
        func lanes(_ name: String, _ most: Int) -> Lanes<PooledCall> {
            Lanes(name, most: most, together: 1, connector: connector, watch: watch) { calls, connection in
                calls.compactMap { $0.run(on: connection) }
            }
        }
        let shares = connector.settings.shares
        readers = lanes("reading", shares.reading)
        reporters = lanes("reporting", shares.reporting)
        counters = lanes("counting", shares.counting)
        heart = lanes("confirming", 1)
        let writer = Writer(settings: connector.settings, metrics: metrics, incarnation: connector.incarnation)
        commits = writer.commits
        writers = Lanes(
            "writing", most: 1, together: connector.settings.mostTogether, connector: connector, watch: watch
        ) { calls, connection in writer.perform(calls, on: connection) }
    }

    /// How often writes were committed since the opening; the ledger's transactions are not counted.
    package var commitCount: Int { commits.value }
    /// How many writes wait for their turn.
    package var waitingWriteCount: Int { writers.waitingCount }

    private var deadline: Moment { Moment.now + settings.queueTimeout }

    package func read<Result: Sendable>(
        _ body: @escaping @Sendable (any StoreReading) throws -> Result
    ) async throws -> Result {
        try await pooled(.read, "reading", on: readers, begin: Self.beginReading) { try body($0) }
    }

    package func report<Result: Sendable>(
        _ body: @escaping @Sendable (any StoreReading) throws -> Result
    ) async throws -> Result {
        try await pooled(.read, "reporting", on: reporters, begin: Self.beginReading) { try body($0) }
    }

    private static let beginReading = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"

    package func write<Result: Sendable>(
        _ body: @escaping @Sendable (any StoreWriting) throws -> Result
    ) async throws -> Result {
        do {
            let deadline = deadline
            return try await withCheckedThrowingContinuation { caller in
                writers.submit(.write(PendingWrite(deadline: deadline, body, caller)))
            }
        } catch {
            metrics.failed(.write, error)
            throw error
        }
    }

    package func ledger<Result: Sendable>(
        _ body: @escaping @Sendable (any LedgerWriting) throws -> Result
    ) async throws -> Result {
        try await sharedWrite("counting quotas", on: counters) { try body($0) }
    }

    package func close() async throws {
        listener.close()
        await writers.close()
        for lanes in [heart, counters, readers, reporters] { await lanes.close() }
    }
}

// MARK: - Nodes

extension PostgresStore {
    package func join(_ node: NodeDescription) async throws -> StoreState {
        while true {
            let epoch = try await sharedWrite("joining", on: counters) { transaction in
                guard try transaction.reapSomeLeases(of: node.id) else { return Int64?.none }
                try transaction.deletePlaces(of: node.id)
                return try transaction.insertNode(node)
            }
            if let epoch { return StoreState(incarnation: incarnation.name, epoch: epoch) }
        }
    }

    package func confirm(_ node: NodeID, epoch: Int64) async throws -> StoreState? {
        let newest = try await pooled(.write, "confirming", on: heart, begin: nil) { transaction in
            try transaction.confirmNode(node, epoch) ? transaction.epoch() : nil
        }
        return newest.map { StoreState(incarnation: incarnation.name, epoch: $0) }
    }

    package func leave(_ node: NodeID) async throws {
        try await sharedWrite("leaving", on: counters) { transaction in
            try transaction.deleteNode(node)
            try transaction.deletePlaces(of: node)
        }
        for _ in 0..<Self.mostReapings {
            if try await sharedWrite("leaving", on: counters, { try $0.reapSomeLeases(of: node) }) { return }
        }
    }

    package func forgetNodes(_ silent: [NodeStanding]) async throws -> [NodeID] {
        var gone = Set(try await sharedWrite("forgetting nodes", on: readers) { try $0.deleteSilentNodes(silent) })
        for _ in 0..<Self.mostReapings {
            let (nodes, isDone) = try await sharedWrite("forgetting nodes", on: readers) { transaction in
                try transaction.reapSomeAbandonedLeases()
            }
            gone.formUnion(nodes)
            if isDone { break }
        }
        if !gone.isEmpty { try await sharedWrite("forgetting nodes", on: readers) { try $0.deleteAbandonedPlaces() } }
        return gone.sorted()
    }

    /// So many transactions that reap at one time; what is left is found the next time that nodes are forgotten.
    private static let mostReapings = 100

    package func ask(_ batch: CounterBatch) async throws -> CounterReport {
        try await sharedWrite("counting limits", on: counters) { try $0.ask(batch) }
    }

    package func setClockBack(byNanoseconds nanoseconds: Int64, after correction: Int64, hasCharged: Bool) async throws
    {
        try await sharedWrite("setting the clock of limits back", on: counters) {
            try $0.setClockBack(by: nanoseconds, after: correction, hasCharged: hasCharged)
        }
    }

    package func tend() async throws -> Bool {
        let name = PostgresTransaction.ownCounters
        if try await confirmCounters(name) { return false }
        let naming = try await nameCounters(name, afterSilenceOf: Self.countersSilence)
        guard naming.name == name else {
            throw StoreError(.unavailable, "other nodes count limits elsewhere: give all of them the same counters")
        }
        return naming.losses > 0
    }

    /// After so long without a word from the others, they count elsewhere no more.
    private static let countersSilence = Duration.seconds(10)

    package func confirmCounters(_ name: String) async throws -> Bool {
        try await pooled(.write, "confirming the counters", on: counters, begin: nil) { try $0.confirmCounters(name) }
    }

    package func nameCounters(_ name: String, afterSilenceOf silence: Duration) async throws -> CounterNaming {
        try await sharedWrite("naming the counters", on: counters) { transaction in
            try transaction.nameCounters(name, afterSilenceOf: silence)
        }
    }

    package func forgetCounters(limit: Int) async throws -> Int {
        try await sharedWrite("forgetting windows", on: readers) { try $0.forgetCounters(limit: limit) }
    }

    package func pass(_ finishes: [PassedFinish]) async throws -> [PassedFinish.Outcome?] {
        try await sharedWrite("passing on ends of calls", on: counters) { try $0.pass(finishes) }
    }

    package func outcomes(of grants: [GrantID]) async throws -> [GrantID: PassedFinish.Outcome] {
        try await pooled(.read, "reading ends of calls", on: counters, begin: nil) { try $0.outcomes(of: grants) }
    }

    package func finishes(passedTo node: NodeMark, limit: Int) async throws -> [PassedFinish] {
        try await pooled(.read, "reading ends of calls", on: counters, begin: nil) {
            try $0.finishes(passedTo: node, limit: limit)
        }
    }

    package func answer(_ outcomes: [GrantID: PassedFinish.Outcome]) async throws {
        try await pooled(.write, "answering ends of calls", on: counters, begin: nil) { try $0.answer(outcomes) }
    }

    package func forgetFinishes(olderThan age: Duration, limit: Int) async throws -> Int {
        try await pooled(.write, "forgetting ends of calls", on: readers, begin: nil) {
            try $0.forgetFinishes(olderThan: age, limit: limit)
        }
    }

    package func hold(_ claims: [PlaceClaim], by node: NodeID) async throws -> [Int64] {
        try await sharedWrite("counting places in flight", on: counters) { try $0.hold(claims, by: node) }
    }

    package func recall(_ quota: QuotaIdentity) async throws {
        try await pooled(.write, "recalling", on: counters, begin: nil) { try $0.notify(.recalled, quota.noticeText) }
    }

    package func notices() -> AsyncStream<StoreNotice> { listener.notices() }
}

// MARK: - Calls

extension PostgresStore {
    /// Runs a body on any connection: in a transaction that `begin` begins and that has nothing to commit, or else each
    /// statement by itself. A lost connection is made good by another, so what it does must do no harm twice.
    private func pooled<Result: Sendable>(
        _ operation: StoreMetrics.Operation, _ doing: String, on lanes: Lanes<PooledCall>, begin: String?,
        _ body: @escaping @Sendable (PostgresTransaction) throws -> Result
    ) async throws -> Result {
        let (deadline, incarnation) = (deadline, incarnation)
        do {
            return try await withCheckedThrowingContinuation { caller in
                let run = { @Sendable (connection: PostgresConnection) -> PooledCall.Outcome in
                    let transaction = PostgresTransaction(connection, incarnation)
                    let result = Swift.Result<Result, any Error> {
                        if let begin { try transaction.command(begin) }
                        let result = try body(transaction)
                        // A body that swallowed a failure has not done what it believes.
                        if let failure = transaction.failure { throw failure }
                        return result
                    }
                    if connection.isLost, let failure = transaction.failure { return .lost(failure) }
                    caller.resume(with: result)
                    // The caller need not wait for the end of what changes nothing.
                    if begin != nil { connection.rollBack() }
                    return .done
                }
                lanes.submit(PooledCall(deadline: deadline, run: run) { caller.resume(throwing: $0) })
            }
        } catch {
            metrics.failed(operation, error)
            throw error
        }
    }

    /// Writes beside other writers: the body locks what it needs.
    private func sharedWrite<Result: Sendable>(
        _ doing: String, on lanes: Lanes<PooledCall>,
        _ body: @escaping @Sendable (PostgresTransaction) throws -> Result
    ) async throws -> Result {
        let (deadline, incarnation) = (deadline, incarnation)
        do {
            return try await withCheckedThrowingContinuation { caller in
                let write = SharedWrite(doing, incarnation) { transaction in
                    let result = try body(transaction)
                    if let failure = transaction.failure { throw failure }
                    return { caller.resume(returning: result) }
                } fail: {
                    caller.resume(throwing: $0)
                }
                lanes.submit(
                    PooledCall(deadline: deadline, run: { write.run(on: $0) }, refuse: { write.fail($0) }))
            }
        } catch {
            metrics.failed(.write, error)
            throw error
        }
    }
}
