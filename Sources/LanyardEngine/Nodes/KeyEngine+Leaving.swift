import CoreMetrics
import LanyardCore
package import LanyardStorage
import Logging
import Synchronization

extension NodeStanding {
    /// Whether the node may still decide, as others must take it.
    package func isLive(within silenceBound: Duration) -> Bool {
        .milliseconds(silentMilliseconds) <= silenceBound
    }
}

extension KeyEngine {
    /// How long a node must have been silent to be forgotten: it has denied for as long again.
    private var forgetAfter: Duration { silenceBound * 2 }

    /// Looks after the table of nodes: forgets those that are gone, and counts the others.
    func tendNodes() async {
        guard let membership, membership.isTendingDue(at: now.monotonic) else { return }
        do {
            let gone = try await membership.store.forgetNodes(silentFor: forgetAfter)
            if !gone.isEmpty {
                logger.warning(
                    "nodes that were silent are forgotten; what they had leased counts as used",
                    metadata: ["nodes": .array(gone.map { .string($0.description) })])
            }
            membership.standings = try await storeRead { try $0.nodes() }
        } catch {
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

    /// The nodes that share the store, by its own clock, and its newest change. A node that is alone answers for itself.
    /// - Throws: ``EngineError``.
    package func nodes() async throws -> (nodes: [NodeStanding], newestEpoch: Int64) {
        guard membership != nil else {
            let epoch = epoch
            let node = NodeDescription(
                id: nodeID, host: configuration.host, version: configuration.version, startedAt: startedAt)
            return ([NodeStanding(node: node, epoch: epoch, silentMilliseconds: 0)], epoch)
        }
        return try await storeRead { (try $0.nodes(), try $0.epoch()) }
    }
}
