package import LanyardCore
package import LanyardStorage
import Synchronization

/// One node's opening of a ``SimulatedCluster``, and what a test can do to it: cut it off, lose its notices, hold its
/// answers back.
package final class SimulatedStore: SharedStore {
    private let cluster: SimulatedCluster
    private let state = Mutex(State())
    /// Holds back answers to reads that looked a secret up: loads of keys, after they were read.
    package let loads = Gate()
    /// Holds back answers to all reads.
    package let reads = Gate()
    /// Holds back confirmations before they are made.
    package let confirmations = Gate()
    /// Holds back answers to claims of places after they were carried out.
    package let claimAnswers = Gate()
    /// Holds back answers of confirmations after they were made.
    package let confirmationAnswers = Gate()

    private struct State {
        var isClosed = false
        var isCutOff = false
        var losesNotices = false
        var failsReads = false
        var confirmations = 0
        var listeners: [Int: AsyncStream<StoreNotice>.Continuation] = [:]
        var nextListener = 0
    }

    init(_ cluster: SimulatedCluster) {
        self.cluster = cluster
    }

    /// How often anything was confirmed.
    package var confirmationCount: Int { state.withLock { $0.confirmations } }

    /// Whether the network between this node and the store is cut.
    package func cutOff(_ isCutOff: Bool) {
        state.withLock { $0.isCutOff = isCutOff }
        // A connection that comes back may have lost notices.
        if !isCutOff { receive(.changed(nil)) }
    }

    /// Whether reads fail; nodes still join and confirm.
    package func failReads(_ fails: Bool) {
        state.withLock { $0.failsReads = fails }
    }

    /// Whether notices are lost on their way.
    package func loseNotices(_ loses: Bool) {
        state.withLock { $0.losesNotices = loses }
    }

    private func reach() throws {
        try state.withLock { state in
            if state.isClosed { throw StoreError(.closed, "the simulated store was closed") }
            if state.isCutOff { throw StoreError(.unavailable, "a test cut the node off") }
        }
    }

    // MARK: Transactions

    package func read<Result: Sendable>(
        _ body: @escaping @Sendable (any StoreReading) throws -> Result
    ) async throws -> Result {
        try reach()
        if state.withLock({ $0.failsReads }) { throw StoreError(.unavailable, "a test made it fail") }
        let (result, isLoad) = try await cluster.base.read { [cluster] store in
            let transaction = SimulatedTransaction(reading: store, writing: nil, cluster)
            return (try body(transaction), transaction.hasLookedUpSecret)
        }
        if isLoad { await loads.pass() }
        await reads.pass()
        try reach()
        return result
    }

    package func write<Result: Sendable>(
        _ body: @escaping @Sendable (any StoreWriting) throws -> Result
    ) async throws -> Result {
        try reach()
        let (result, newest) = try await cluster.base.write { [cluster] store in
            let transaction = SimulatedTransaction(reading: store, writing: store, cluster)
            return (try body(transaction), transaction.newestChange)
        }
        if let newest { cluster.tell(.changed(newest)) }
        return result
    }

    package func close() async throws {
        let listeners = state.withLock { state in
            state.isClosed = cluster.fault != .answersWhenClosed
            return state.listeners
        }
        for listener in listeners.values { listener.finish() }
    }

    // MARK: Nodes

    package func join(_ node: NodeDescription) async throws -> StoreState {
        try reach()
        if cluster.fault != .keepsLeasesOfJoiners { try await reap([node.id]) }
        let epoch = try await cluster.base.read { try $0.epoch() }
        return cluster.join(node, epoch: epoch)
    }

    package func confirm(_ node: NodeID, epoch: Int64) async throws -> StoreState? {
        await confirmations.pass()
        try reach()
        guard let incarnation = cluster.confirm(node, epoch: epoch) else { return nil }
        state.withLock { $0.confirmations += 1 }
        cluster.tell(.confirmed)
        let newest = try await cluster.base.read { try $0.epoch() }
        await confirmationAnswers.pass()
        try reach()
        return StoreState(incarnation: incarnation, epoch: newest)
    }

    package func leave(_ node: NodeID) async throws {
        try reach()
        if cluster.fault != .keepsLeasesOfLeavers { try await reap([node]) }
        cluster.leave(node)
        cluster.tell(.confirmed)
    }

    package func forgetNodes(_ silent: [NodeStanding]) async throws -> [NodeID] {
        try reach()
        let gone = cluster.forget(silent)
        guard cluster.fault != .keepsLeases else { return gone }
        try await reap(gone)
        return gone
    }

    private func reap(_ nodes: [NodeID]) async throws {
        for node in nodes {
            try await cluster.base.write { store in
                while try store.reapLeases(of: .node(node), localTime: Timestamp(milliseconds: 0), limit: 100) == 100 {}
            }
        }
    }

    package func recall(_ quota: QuotaIdentity) async throws {
        try reach()
        cluster.tell(.recalled(quota))
    }

    // MARK: Counters

    package func ask(_ batch: CounterBatch) async throws -> CounterReport {
        try reach()
        let report = cluster.ask(batch)
        try reach()
        return report
    }

    package func setClockBack(byNanoseconds nanoseconds: Int64, after correction: Int64, hasCharged: Bool) async throws
    {
        try reach()
        cluster.setClockBack(by: nanoseconds, after: correction, hasCharged: hasCharged)
    }

    package func confirmCounters(_ name: String) async throws -> Bool {
        try reach()
        return cluster.confirmCounters(name)
    }

    package func nameCounters(_ name: String, afterSilenceOf silence: Duration) async throws -> CounterNaming {
        try reach()
        return cluster.nameCounters(name, afterSilenceOf: silence)
    }

    package func forgetCounters(limit: Int) async throws -> Int {
        try reach()
        return 0
    }

    // MARK: Calls

    package func pass(_ finishes: [PassedFinish]) async throws -> [PassedFinish.Outcome?] {
        try reach()
        let (outcomes, told) = cluster.pass(finishes)
        for tag in told { cluster.tell(.finishing(tag)) }
        return outcomes
    }

    package func outcomes(of grants: [GrantID]) async throws -> [GrantID: PassedFinish.Outcome] {
        try reach()
        return cluster.outcomes(of: grants)
    }

    package func finishes(passedTo node: NodeMark, limit: Int) async throws -> [PassedFinish] {
        try reach()
        return cluster.finishes(passedTo: node, limit: limit)
    }

    package func answer(_ outcomes: [GrantID: PassedFinish.Outcome]) async throws {
        try reach()
        cluster.answer(outcomes)
    }

    package func forgetFinishes(olderThan age: Duration, limit: Int) async throws -> Int {
        try reach()
        let (seconds, attoseconds) = age.components
        return cluster.forgetFinishes(olderThan: seconds * 1000 + attoseconds / 1_000_000_000_000_000)
    }

    package func hold(_ claims: [PlaceClaim], by node: NodeID) async throws -> [Int64] {
        try reach()
        let held = cluster.hold(claims, by: node)
        await claimAnswers.pass()
        try reach()
        return held
    }

    // MARK: Notices

    package func notices() -> AsyncStream<StoreNotice> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: StoreNotice.self, bufferingPolicy: .bufferingNewest(64))
        let id = state.withLock { state in
            state.nextListener += 1
            state.listeners[state.nextListener] = continuation
            return state.nextListener
        }
        continuation.onTermination = { [weak self] _ in
            self?.state.withLock { _ = $0.listeners.removeValue(forKey: id) }
        }
        return stream
    }

    func receive(_ notice: StoreNotice) {
        let listeners = state.withLock { state in
            state.losesNotices || state.isCutOff || state.isClosed ? [] : Array(state.listeners.values)
        }
        for listener in listeners { listener.yield(notice) }
    }
}
