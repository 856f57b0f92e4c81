import LanyardCore
import Synchronization

/// How finishing a call came out.
package enum FinishOutcome: Sendable {
    case finished
    /// It was finished before, or timed out: saying so again is harmless.
    case alreadyFinished
    case unknown
    /// Another node granted it: ``KeyEngine/finishElsewhere(_:actual:)`` tells that one.
    case elsewhere
}

/// The calls that are held open, by the id that their callers were given.
///
/// Memory only, and of the calls that this node granted: after a crash nothing is open, since nothing that could finish a call has survived to hold it.
final class OpenCalls: Sendable {
    private let calls: Shards<Table>
    private let node: NodeID
    private let capacity: Int
    private let timeoutNanoseconds: Int64

    private struct Call {
        let call: OpenedCall
        let deadline: MonotonicInstant
    }

    private struct Table {
        var open: [GrantID: Call] = [:]
        /// Calls that ended, with when they are forgotten: so that finishing twice can be told from a mistake. Bounded by
        /// itself, for ended calls must not take the place of open ones; beyond it, finishing twice is not recognised.
        var ended: [GrantID: MonotonicInstant] = [:]
        /// Open ones that hold no place in flight. At most half: they must not keep out the calls that need to be open.
        var reservations = 0

        mutating func remove(_ id: GrantID) -> OpenedCall? {
            guard let call = open.removeValue(forKey: id)?.call else { return nil }
            if !call.isInFlight { reservations -= 1 }
            return call
        }
    }

    init(node: NodeID, capacity: Int, timeout: Duration) {
        self.node = node
        self.capacity = capacity
        timeoutNanoseconds = timeout.wholeNanoseconds
        calls = Shards { Table() }
    }

    func open(_ call: OpenedCall, at now: Now) -> GrantID? {
        let id = GrantID.make(by: node, atMilliseconds: now.wall.milliseconds)
        return calls.withShard(of: Self.shard(of: id)) { shard in
            guard shard.open.count < perShard else { return nil }
            if !call.isInFlight {
                guard shard.reservations < perShard / 2 + 1 else { return nil }
                shard.reservations += 1
            }
            shard.open[id] = Call(call: call, deadline: deadline(after: now.monotonic))
            return id
        }
    }

    /// Ends a call. What it returns beside the outcome is to be settled, and its place given back, by whoever ended it and
    /// nobody else; not before this returns, for a decision holds its state's lock while it opens a call here.
    func finish(_ id: GrantID, at now: MonotonicInstant) -> (outcome: FinishOutcome, call: OpenedCall?) {
        calls.withShard(of: Self.shard(of: id)) { shard -> (FinishOutcome, OpenedCall?) in
            guard let call = shard.remove(id) else {
                return (shard.ended[id] == nil ? .unknown : .alreadyFinished, nil)
            }
            if shard.ended.count < perShard { shard.ended[id] = deadline(after: now) }
            return (.finished, call)
        }
    }

    /// The last bits are the node's, and the same for all.
    private static func shard(of id: GrantID) -> UInt64 { id.low >> 32 }

    /// Ends the calls that were never finished, and forgets those that ended long ago.
    /// - Returns: Calls whose places are to be given back.
    func sweep(now: MonotonicInstant) -> [OpenedCall] {
        var ended: [OpenedCall] = []
        calls.forEach { shard in
            shard.ended = shard.ended.filter { $0.value > now }
            for (id, call) in shard.open where call.deadline <= now {
                ended.append(call.call)
                _ = shard.remove(id)
                if shard.ended.count < perShard { shard.ended[id] = deadline(after: now) }
            }
        }
        // A reservation that nobody settled stays charged.
        return ended.filter(\.isInFlight)
    }

    var openCount: Int {
        var count = 0
        calls.forEach { count += $0.open.count }
        return count
    }

    private var perShard: Int { capacity / calls.count + 1 }

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
