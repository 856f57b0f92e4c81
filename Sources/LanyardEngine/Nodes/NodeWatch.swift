import LanyardCore
package import LanyardStorage

// # How long others have been silent
//
// Each confirmation of a node's leaves another beat in the table of nodes. Whoever reads the table notes by its own clock,
// which nobody sets, when it first saw a beat, and takes a node to be silent only for as long as it has itself seen that
// beat unchanged. The store's clock, which can be set, has no say in it; nor has what the reader did not watch: to one that
// has just started, everybody lives.
//
// Why nobody is taken for silent who still admits: a beat was recorded before the first reading that shows it had ended,
// and asked for earlier still, so its node denies by itself once its bound has passed since the end of that reading. And a
// later reading shows what was recorded until it began, at least. So what is counted, from the end of the one to the
// beginning of the other, is at most what has passed since the node last asked. A slow reading, a reader that is held, and
// readings that overlap and end in another order only make it less.
//
// How long its bound is, each node says itself: they may differ, at least while an operator changes it.
//
// This needs beats that never come again, also in a store that was restored and went back in time: a counter in the
// store would. So they are drawn at random.

/// A node as another one has watched it.
package struct WatchedNode: Sendable, Hashable {
    /// As it described itself.
    package let node: NodeDescription
    /// It has applied every change up to this one.
    package let epoch: Int64
    /// For how long it has been seen to confirm nothing.
    package let silentMilliseconds: Int64

    /// Beyond this silence it denies by itself: its own bound, and a little for clocks that differ.
    private var silenceBound: Duration {
        let bound = Duration.milliseconds(node.stalenessBoundMilliseconds)
        return bound + bound / 64 + .milliseconds(10)
    }

    /// Whether the node may still decide, as others must take it.
    package var isLive: Bool { .milliseconds(silentMilliseconds) <= silenceBound }

    /// Whether it can be forgotten: it has denied for as long again.
    var isGone: Bool { .milliseconds(silentMilliseconds) > silenceBound * 2 }
}

/// What was seen of the table of nodes.
struct NodeWatch: Sendable {
    private var seen: [NodeID: (beat: Int64, since: MonotonicInstant)] = [:]

    /// Takes note of a reading of the table that took from `start` to `end`.
    mutating func look(
        _ standings: [NodeStanding], from start: MonotonicInstant, to end: MonotonicInstant
    ) -> [WatchedNode] {
        let before = seen
        seen = [:]
        return standings.map { standing in
            var since = end
            if let known = before[standing.node.id], known.beat == standing.beat { since = known.since }
            seen[standing.node.id] = (standing.beat, since)
            return WatchedNode(
                node: standing.node, epoch: standing.epoch,
                silentMilliseconds: max(0, start.nanoseconds - since.nanoseconds) / 1_000_000)
        }
    }
}
