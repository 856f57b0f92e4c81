public import LanyardCore

/// Where several nodes count rolling windows together.
///
/// What a question does to the windows is `CounterPage`'s; counters bring the windows, a lock on them, and a clock of
/// their own, which is read while the lock is held. All of them pass the counters' part of `SharedStoreConformance`.
public protocol SharedCounters: Sendable {
    /// Puts questions: each charges all of its windows or none, and none of them does once the counters' clock is past
    /// the batch's latest. When this returns, what was charged lasts as long as the counters do; when it throws, some of
    /// it may have been charged.
    func ask(_ batch: CounterBatch) async throws -> CounterReport
    /// Sets the counters' clock back, after a node saw that it was set forward.
    /// - Parameters:
    ///   - nanoseconds: By how much.
    ///   - correction: What ``CounterReport/setBack`` said when it was seen: if that is no longer so, nothing is done.
    ///   - hasCharged: Whether something was charged by the clock that was wrong, so that units may be forgotten.
    func setClockBack(byNanoseconds nanoseconds: Int64, after correction: Int64, hasCharged: Bool) async throws
    /// Sees to it that these are the counters that all nodes use; called twice a second.
    /// - Returns: Whether they have been lost since the last call, and count anew.
    /// - Throws: Why they can't be used now.
    func tend() async throws -> Bool
    /// Forgets windows in which nothing counts any more, `limit` at most.
    /// - Returns: How many went.
    func forgetCounters(limit: Int) async throws -> Int
    /// Lets go of whatever they hold.
    func closeCounters() async
}

extension SharedCounters {
    /// Nothing to see to: there is one store, and these counters are in it.
    public func tend() async throws -> Bool { false }
    /// Nothing to let go of.
    public func closeCounters() async {}
}

/// Where it is written which counters are the valid ones, for counters that stand elsewhere.
///
/// Two nodes that count in different places would each admit the whole amount. So the place has a name, which is new
/// whenever its content may have been lost; one name at a time is valid; and a node counts only for a bounded time after
/// it has confirmed that its counters' name is the valid one.
public protocol CounterRegistry: Sendable {
    /// Notes that the counters of this name are in use.
    /// - Returns: `false` if the valid name is another.
    func confirmCounters(_ name: String) async throws -> Bool
    /// Makes a name the valid one, if there is none, or the one that there is has not been confirmed for `silence`.
    func nameCounters(_ name: String, afterSilenceOf silence: Duration) async throws -> CounterNaming
}

/// Which counters are the valid ones.
public struct CounterNaming: Hashable, Sendable {
    /// The valid name.
    public let name: String
    /// How often one took another's place: what had been counted was lost each time.
    public let losses: Int64

    /// A naming.
    public init(name: String, losses: Int64) {
        self.name = name
        self.losses = losses
    }
}
