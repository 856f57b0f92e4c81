package import LanyardCore
import LanyardStorage
import Logging

extension KeyEngine {
    private static let reapingPiece = 1000

    /// Where one process alone opens the store, whatever is leased to another is leased to nobody.
    func reapOrphanedLeases() async throws {
        let (node, piece, now) = (nodeID, KeyEngine.reapingPiece, now.wall)
        var total = 0
        while true {
            let reaped = try await store.ledger { store in
                try store.reapLeases(of: .everyNodeBut(node), localTime: now, limit: piece)
            }
            total += reaped
            if reaped < piece { break }
        }
        if total > 0 {
            logger.notice(
                "leases of a process that ended without a shutdown count as used", metadata: ["leases": "\(total)"])
        }
    }

    /// Asks how a key's quotas and shared limits stand, for those who want to see them before anything was spent.
    func inquire(_ key: ResolvedKey) async {
        let states = [key.state, key.account?.state].compactMap(\.self)
        // Where they can't be asked, what is shown says less.
        try? await counterKeeper.inquire(states)
        let bounded = states.filter(\.hasQuotas)
        guard !bounded.isEmpty else { return }
        try? await leases.inquire(bounded)
    }

    /// Reserves the most that a call can cost, or, where its quotas can't bear that, as much as they can, but not less than
    /// `least`. ``finish(_:actual:)`` settles it by the grant's id; without that it costs what was reserved.
    package func reserve(
        _ secret: Secret, upTo most: Costs, least: Costs, demand: Demand, report: inout LimitReport
    ) async -> Decision {
        let clamping = Demand(
            audience: demand.audience, environment: demand.environment, scope: demand.scope, methods: demand.methods,
            paths: demand.paths, costs: most, leastCosts: least, canFinish: true)
        return await decideFetching(secret, report: &report) { presented, path in
            DecisionRequest(presented: presented, demand: clamping, path: path)
        }
    }
}
