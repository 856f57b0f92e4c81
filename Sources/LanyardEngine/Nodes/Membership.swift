import LanyardCore
import LanyardStorage
import Synchronization

/// This node among those that share its store: what it knows of them, and who waits for them.
final class Membership: Sendable {
    let store: any SharedStore
    let node: NodeDescription
    /// There may be changes that this node has not applied.
    let news = WakeSignal()
    let desk: AcknowledgementDesk
    /// Others were told that calls of this node have ended.
    let finishing = WakeSignal()
    let finishes: FinishDesk
    private let content: Mutex<Content>

    private struct Content {
        var incarnation: String
        var newestEpoch: Int64
        var watch = NodeWatch()
        var watched: [WatchedNode] = []
        /// When the reading that `watched` comes from began.
        var watchedFrom = MonotonicInstant(nanoseconds: .min)
        /// Who was silent for long enough to be forgotten when the table was last looked after.
        var gone: Set<NodeID> = []
        var mustStartAnew: FlushReason?
        var isTold = TellTale()
        /// When the table of nodes was last looked after, on the monotonic clock.
        var tendedAt = MonotonicInstant(nanoseconds: 0)
    }

    /// What was last written to the log, so that only what is news is.
    struct TellTale {
        var isCurrent = true
        var hasFailed = false
    }

    init(
        _ store: any SharedStore, _ node: NodeDescription, _ state: StoreState,
        now: @escaping @Sendable () -> MonotonicInstant
    ) {
        self.store = store
        self.node = node
        desk = AcknowledgementDesk()
        finishes = FinishDesk(store, now: now)
        content = Mutex(Content(incarnation: state.incarnation, newestEpoch: state.epoch))
    }

    /// Makes a node known to a store that is shared.
    static func join(
        _ store: any Store, _ node: NodeDescription, now: @escaping @Sendable () -> MonotonicInstant
    ) async throws -> Membership? {
        guard let shared = store as? any SharedStore else { return nil }
        return Membership(shared, node, try await shared.join(node), now: now)
    }

    /// Which store it was when this node last joined.
    var incarnation: String { content.withLock { $0.incarnation } }

    /// The newest change that the store has told of.
    var newestEpoch: Int64 { content.withLock { $0.newestEpoch } }

    /// The nodes as they stood when they were last looked at.
    var watched: [WatchedNode] { content.withLock { $0.watched } }

    /// Takes note of a reading of the table of nodes that took from `start` to `end`.
    func look(_ standings: [NodeStanding], from start: MonotonicInstant, to end: MonotonicInstant) -> [WatchedNode] {
        content.withLock { content in
            let watched = content.watch.look(standings, from: start, to: end)
            // One that began earlier may not know who has joined since.
            if start >= content.watchedFrom { (content.watched, content.watchedFrom) = (watched, start) }
            return watched
        }
    }

    /// Why everything must be forgotten before anything else is read.
    var mustStartAnew: FlushReason? {
        get { content.withLock { $0.mustStartAnew } }
        set { content.withLock { $0.mustStartAnew = newValue } }
    }

    /// - Returns: Whether the store is another than before.
    func note(_ state: StoreState) -> Bool {
        content.withLock { content in
            defer { (content.incarnation, content.newestEpoch) = (state.incarnation, state.epoch) }
            return content.incarnation != state.incarnation
        }
    }

    func noteNewest(_ epoch: Int64) {
        content.withLock { $0.newestEpoch = max($0.newestEpoch, epoch) }
    }

    /// Whether the table of nodes is to be looked after, as `interval` has passed: by whoever asks first.
    func isTendingDue(at now: MonotonicInstant, each interval: Duration) -> Bool {
        content.withLock { content in
            guard now.nanoseconds - content.tendedAt.nanoseconds >= interval.wholeNanoseconds else { return false }
            content.tendedAt = now
            return true
        }
    }

    /// Which of those that are gone were so already when the table was last looked after. After an outage of the store
    /// everybody has been silent for as long: who lives confirms before the next time.
    func goneStill(_ gone: [NodeID]) -> Set<NodeID> {
        content.withLock { content in
            let before = content.gone
            content.gone = Set(gone)
            return before.intersection(content.gone)
        }
    }

    /// Changes what was told, and returns what had been told before.
    func tell(_ change: (inout TellTale) -> Void) -> TellTale {
        content.withLock { content in
            let before = content.isTold
            change(&content.isTold)
            return before
        }
    }
}

/// Why a node forgets everything that it has in memory.
enum FlushReason: String, Sendable, CaseIterable {
    /// The store no longer knows the changes that this node lacks.
    case pruned
    /// The other nodes have forgotten this one.
    case forgotten
    /// It is another store than before.
    case replaced
}
