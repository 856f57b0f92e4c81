import LanyardCore
import LanyardStorage

extension SharedStoreConformance {
    static let silenceChecks = [
        SharedStoreCheck("each confirmation is another beat, and nothing else is", checkBeats),
        SharedStoreCheck("nodes that were silent are forgotten, and none that has confirmed since", checkForgetting),
        SharedStoreCheck("what a forgotten node has leased counts as used", checkForgottenLeases),
        SharedStoreCheck("what a node that leaves holds all the same counts as used", checkLeftLeases),
        SharedStoreCheck("what a node that joins again had leased counts as used", checkJoinersLeases),
    ]

    @Sendable private static func checkBeats(_ stores: [any SharedStore], _ expect: Expectations) async throws {
        let (silent, speaking) = (Samples.node(1), Samples.node(2))
        _ = try await stores[0].join(silent)
        _ = try await stores[1].join(speaking)
        func beats() async throws -> [Int64] { try await stores[2].nodes().map(\.beat) }
        let first = try await beats()
        try expect.equal(try await beats(), first, "the beats, though nobody has confirmed anything")
        _ = try await stores[1].confirm(speaking.id, epoch: 0)
        let second = try await beats()
        try expect.equal(second[0], first[0], "the beat of a node that was silent")
        _ = try await stores[1].confirm(speaking.id, epoch: 0)
        let third = try await beats()
        _ = try await stores[1].join(speaking)
        let fourth = try await beats()
        try expect.equal(
            Set([first[1], second[1], third[1], fourth[1]]).count, 4, "the number of beats of one that was not")
    }

    @Sendable private static func checkForgetting(_ stores: [any SharedStore], _ expect: Expectations) async throws {
        let (silent, speaking, stranger) = (Samples.node(1), Samples.node(2), Samples.node(3))
        _ = try await stores[0].join(silent)
        _ = try await stores[1].join(speaking)
        try expect.equal(try await stores[2].forgetNodes([]), [], "nodes forgotten though none is named")
        let seen = try await stores[2].nodes()
        _ = try await stores[1].confirm(speaking.id, epoch: 0)
        let gone = try await stores[2].forgetNodes(
            seen + [NodeStanding(node: stranger, epoch: 0, beat: seen.first?.beat ?? 0)])
        try expect.equal(gone, [silent.id], "nodes forgotten")
        try expect.equal(try await stores[0].nodes().map(\.node.id), [speaking.id], "the nodes that are left")
        let state = try await stores[0].confirm(silent.id, epoch: 0)
        try expect.equal(state, nil, "what a forgotten node is told")
        try expect.equal(try await stores[2].forgetNodes(seen), [], "forgotten twice")
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
        let seen = try await stores[1].nodes()
        _ = try await stores[0].confirm(speaking.id, epoch: 0)
        let gone = try await stores[1].forgetNodes(seen)
        try expect.equal(gone, [silent.id], "nodes forgotten")
        try await stores[2].ledger { store in
            let open = try store.openLeases(of: .node(silent.id), limit: 10)
            try expect.equal(open, [], "the open leases of a forgotten node")
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
