import CoreMetrics
import LanyardCore
import LanyardStorage
import Logging
import Synchronization

extension KeyEngine {
    /// Who falls silent is noticed by so much later at most.
    private var tendingInterval: Duration { min(.seconds(5), configuration.stalenessBound / 4) }

    /// Looks after the table of nodes: watches them, and forgets those that are gone.
    func tendNodes() async {
        guard let membership, membership.isTendingDue(at: now.monotonic, each: tendingInterval) else { return }
        do {
            let (standings, watched) = try await readNodes(membership)
            let silent = membership.goneStill(watched.filter { $0.isGone && $0.node.id != nodeID }.map(\.node.id))
            let gone = try await membership.store.forgetNodes(standings.filter { silent.contains($0.node.id) })
            guard !gone.isEmpty else { return }
            logger.warning(
                "nodes that were silent are forgotten; what they had leased counts as used",
                metadata: ["nodes": .array(gone.map { .string($0.description) })])
            _ = try await readNodes(membership)
        } catch {
            // What was seen before an outage says nothing of who lives after it.
            _ = membership.goneStill([])
            logger.debug("the nodes can't be looked after", metadata: ["reason": "\(error)"])
        }
    }

    /// Forgets windows of the shared counters in which nothing counts any more; a bounded number, each minute.
    func forgetSharedWindows() async {
        guard let counters = counterKeeper.counters else { return }
        let minute = Int(now.wall.minute)
        guard lastWindowForgetting.exchange(minute, ordering: .relaxed) != minute else { return }
        do {
            _ = try await counters.forgetCounters(limit: KeyEngine.forgottenWindows)
        } catch {
            logger.debug("old windows can't be forgotten", metadata: ["reason": "\(error)"])
        }
    }

    private static let forgottenWindows = 10_000

    /// Forgets ends of calls that were passed on, once their nodes have forgotten the calls too; a bounded number, each
    /// minute.
    func forgetPassedFinishes() async {
        guard let membership else { return }
        let minute = Int(now.wall.minute)
        guard lastFinishForgetting.exchange(minute, ordering: .relaxed) != minute else { return }
        do {
            _ = try await membership.store.forgetFinishes(
                olderThan: configuration.callTimeout, limit: KeyEngine.forgottenFinishes)
        } catch {
            logger.debug("ends of calls can't be forgotten", metadata: ["reason": "\(error)"])
        }
    }

    private static let forgottenFinishes = 100_000

    /// Lets the others know that this node goes. If that fails they find out by its silence.
    func leave() async {
        guard let membership else { return }
        do {
            try await membership.store.leave(nodeID)
        } catch {
            logger.notice("the other nodes could not be told of the end", metadata: ["reason": "\(error)"])
        }
    }

    /// Reads the table of nodes, and notes how long each has been silent.
    func readNodes(
        _ membership: Membership
    ) async throws(EngineError) -> (standings: [NodeStanding], watched: [WatchedNode]) {
        let start = now.monotonic
        let standings = try await storeRead { try $0.nodes() }
        return (standings, membership.look(standings, from: start, to: now.monotonic))
    }

    /// The nodes that share the store, as this one has watched them, and its newest change. A node that is alone answers for
    /// itself.
    /// - Throws: ``EngineError``.
    package func nodes() async throws -> (nodes: [WatchedNode], newestEpoch: Int64) {
        guard let membership else {
            let epoch = epoch
            let node = configuration.description(of: nodeID, startedAt: startedAt)
            return ([WatchedNode(node: node, epoch: epoch, silentMilliseconds: 0)], epoch)
        }
        let start = now.monotonic
        let (standings, newest) = try await storeRead { (try $0.nodes(), try $0.epoch()) }
        return (membership.look(standings, from: start, to: now.monotonic), newest)
    }
}
