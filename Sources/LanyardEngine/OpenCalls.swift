import LanyardCore
import Synchronization

/// How finishing a call came out.
package enum FinishOutcome: Sendable {
    case finished
    /// It was finished before, or timed out: saying so again is harmless.
    case alreadyFinished
    case unknown
}

/// The calls that are held open, by the id that their callers were given.
///
/// Memory only: after a crash nothing is open, since nothing that could finish a call has survived to hold it.
final class OpenCalls: Sendable {
    private let calls: Shards<[GrantID: Call]>
    private let capacity: Int
    private let timeoutNanoseconds: Int64

    private struct Call {
        /// `nil` once it has ended; it is remembered a while so that finishing twice can be told from a mistake.
        var state: AllowanceState?
        var deadline: MonotonicInstant
    }

    init(capacity: Int, timeout: Duration) {
        self.capacity = capacity
        timeoutNanoseconds = timeout.wholeNanoseconds
        calls = Shards { [:] }
    }

    func open(_ state: AllowanceState, at now: Now) -> GrantID? {
        let id = GrantID.make(atMilliseconds: now.wall.milliseconds)
        return calls.withShard(of: id.low) { shard in
            guard shard.count < capacity / calls.count + 1 else { return nil }
            shard[id] = Call(state: state, deadline: deadline(after: now.monotonic))
            return id
        }
    }

    func finish(_ id: GrantID, at now: MonotonicInstant) -> FinishOutcome {
        let (outcome, state) = calls.withShard(of: id.low) { shard -> (FinishOutcome, AllowanceState?) in
            guard let call = shard[id] else { return (.unknown, nil) }
            guard let state = call.state else { return (.alreadyFinished, nil) }
            shard[id] = Call(state: nil, deadline: deadline(after: now))
            return (.finished, state)
        }
        // Outside the lock: a decision holds its state's lock while it opens a call here.
        state?.endCall()
        return outcome
    }

    /// Ends the calls that were never finished, and forgets those that ended long ago.
    func sweep(now: MonotonicInstant) {
        var ended: [AllowanceState] = []
        calls.forEach { shard in
            for (id, call) in shard where call.deadline <= now {
                if let state = call.state {
                    ended.append(state)
                    shard[id] = Call(state: nil, deadline: deadline(after: now))
                } else {
                    shard[id] = nil
                }
            }
        }
        for state in ended { state.endCall() }
    }

    var openCount: Int {
        var count = 0
        calls.forEach { count += $0.values.count { $0.state != nil } }
        return count
    }

    private func deadline(after now: MonotonicInstant) -> MonotonicInstant {
        MonotonicInstant(nanoseconds: now.nanoseconds &+ timeoutNanoseconds)
    }
}

extension Duration {
    /// Whole nanoseconds, saturating.
    var wholeNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        return overflow ? .max : product.addingReportingOverflow(attoseconds / 1_000_000_000).partialValue
    }
}
