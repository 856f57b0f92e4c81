public import LanyardCore

/// Where several nodes count rolling windows together.
///
/// What a question does to the windows is `CounterPage`'s; counters bring the rows, a lock on them, and a clock of their
/// own, which is read while the lock is held.
public protocol SharedCounters: Sendable {
    /// Puts the questions, in order: each charges all of its windows or none. When this returns, what was charged lasts as
    /// long as the counters do; when it throws, some of it may have been charged.
    /// - Returns: An answer to each question.
    func ask(_ questions: [CounterQuestion]) async throws -> [CounterAnswer]
    /// Forgets windows in which nothing counts any more, `limit` at most.
    /// - Returns: How many went.
    func forgetCounters(limit: Int) async throws -> Int
}
