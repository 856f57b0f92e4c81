import LanyardCore
import LanyardStorage

// Time goes by itself here, and slow machines exist: what is measured on this side, around a call, bounds what the store
// may say from above; what was slept bounds it from below.

extension SharedStoreConformance {
    static let silenceChecks = [
        SharedStoreCheck("a node's silence is counted from its last confirmation", checkSilence),
        SharedStoreCheck("nodes that were silent for too long are forgotten, and no others", checkForgetting),
        SharedStoreCheck("what a forgotten node has leased counts as used", checkForgottenLeases),
        SharedStoreCheck("what a node that leaves holds all the same counts as used", checkLeftLeases),
        SharedStoreCheck("what a node that joins again had leased counts as used", checkJoinersLeases),
    ]

    private static let pause = Duration.milliseconds(300)

    @Sendable private static func checkSilence(_ stores: [any SharedStore], _ expect: Expectations) async throws {
        let (silent, speaking) = (Samples.node(1), Samples.node(2))
        let clock = ContinuousClock()
        let start = clock.now
        _ = try await stores[0].join(silent)
        _ = try await stores[1].join(speaking)
        try await Task.sleep(for: pause)
        let confirming = clock.now
        _ = try await stores[1].confirm(speaking.id, epoch: 0)
        let nodes = try await stores[2].nodes().map(\.silentMilliseconds)
        let end = clock.now
        try expect.equal(nodes.count, 2, "the number of nodes")
        // The store's clock and this one may tick a millisecond apart.
        try expect.isTrue(nodes[0] >= 295, "a node that was silent for 300 ms was for \(nodes[0])")
        try expect.isTrue(
            Duration.milliseconds(nodes[0]) <= end - start + .milliseconds(5), "a node was silent before it joined")
        try expect.isTrue(
            Duration.milliseconds(nodes[1]) <= end - confirming + .milliseconds(5),
            "a node that has just confirmed was silent for \(nodes[1]) ms")
    }

    @Sendable private static func checkForgetting(_ stores: [any SharedStore], _ expect: Expectations) async throws {
        let (silent, speaking) = (Samples.node(1), Samples.node(2))
        let clock = ContinuousClock()
        _ = try await stores[0].join(silent)
        _ = try await stores[1].join(speaking)
        try expect.equal(try await stores[2].forgetNodes(silentFor: .seconds(3600)), [], "nodes forgotten too early")
        try await Task.sleep(for: pause)
        let confirming = clock.now
        _ = try await stores[1].confirm(speaking.id, epoch: 0)
        let gone = try await stores[2].forgetNodes(silentFor: .milliseconds(250))
        let took = clock.now - confirming
        try expect.isTrue(gone.contains(silent.id), "a node that was silent for 300 ms is not among \(gone)")
        try expect.isTrue(
            !gone.contains(speaking.id) || took >= .milliseconds(250), "a node that has just confirmed is forgotten")
        let left = try await stores[0].nodes().map(\.node.id)
        try expect.equal(left, [silent.id, speaking.id].filter { !gone.contains($0) }, "the nodes that are left")
        let state = try await stores[0].confirm(silent.id, epoch: 0)
        try expect.equal(state, nil, "what a forgotten node is told")
        try expect.isTrue(!(try await stores[2].forgetNodes(silentFor: .zero)).contains(silent.id), "forgotten twice")
    }

    @Sendable private static func checkForgottenLeases(
        _ stores: [any SharedStore], _ expect: Expectations
    ) async throws {
        let (silent, speaking) = (Samples.node(1), Samples.node(2))
        for (node, lease) in [(silent, 1), (speaking, 2)] {
            _ = try await stores[0].join(node)
            let batch = LedgerBatch(
                node: node.id, localTime: LedgerSamples.now,
                withdrawals: [LedgerSamples.withdrawal(lease, need: 5, LedgerSamples.terms(100))])
            _ = try await stores[0].ledger { try $0.run(batch) }
        }
        try await Task.sleep(for: pause)
        _ = try await stores[0].confirm(speaking.id, epoch: 0)
        let gone = try await stores[1].forgetNodes(silentFor: .milliseconds(250))
        try expect.isTrue(gone.contains(silent.id), "a node that was silent for 300 ms is not among \(gone)")
        try await stores[2].ledger { store in
            let open = try store.openLeases(of: .node(silent.id), limit: 10)
            try expect.equal(open, [], "the open leases of a forgotten node")
            guard !gone.contains(speaking.id) else { return }
            let kept = try store.openLeases(of: .node(speaking.id), limit: 10).map(\.id)
            try expect.equal(kept, [Samples.id(2)], "the open leases of the other")
            let lease = try expect.value(store.leases([Samples.id(1)]).first, "the forgotten node's lease")
            let balance = try expect.value(store.lockBalances([lease.balance]).first, "the balance")
            try expect.equal(balance.used, 5, "what counts as used")
            try expect.equal(balance.leased, 5, "what is leased still")
        }
    }

    @Sendable private static func checkLeftLeases(_ stores: [any SharedStore], _ expect: Expectations) async throws {
        try await checkReaping(stores, expect) { try await stores[1].leave($0.id) }
    }

    @Sendable private static func checkJoinersLeases(_ stores: [any SharedStore], _ expect: Expectations) async throws {
        try await checkReaping(stores, expect) { _ = try await stores[1].join($0) }
    }

    /// Has a node lease something, and sees it counted as used after `event`.
    private static func checkReaping(
        _ stores: [any SharedStore], _ expect: Expectations, _ event: (NodeDescription) async throws -> Void
    ) async throws {
        let node = Samples.node(1)
        _ = try await stores[0].join(node)
        let batch = LedgerBatch(
            node: node.id, localTime: LedgerSamples.now,
            withdrawals: [LedgerSamples.withdrawal(1, need: 5, LedgerSamples.terms(100))])
        _ = try await stores[0].ledger { try $0.run(batch) }
        try await event(node)
        try await stores[2].ledger { store in
            try expect.equal(store.openLeases(of: .node(node.id), limit: 10), [], "open leases")
            let lease = try expect.value(store.leases([Samples.id(1)]).first, "the lease")
            let balance = try expect.value(store.lockBalances([lease.balance]).first, "the balance")
            try expect.equal(balance.used, 5, "what counts as used")
            try expect.equal(balance.leased, 0, "what is leased still")
        }
    }
}
