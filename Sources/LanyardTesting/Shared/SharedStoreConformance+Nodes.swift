import LanyardCore
import LanyardStorage

extension SharedStoreConformance {
    static let nodeChecks = [
        SharedStoreCheck("nodes that joined are known to all as they described themselves", checkJoining),
        SharedStoreCheck("a node that joins again is known once, as it describes itself then", checkJoiningAgain),
        SharedStoreCheck("a node that left is known no more, and must join before it confirms", checkLeaving),
        SharedStoreCheck("what a node confirms is known to all, and it is told the newest change", checkConfirming),
        SharedStoreCheck("a store is one incarnation for all who open it", checkIncarnation),
        SharedStoreCheck("a closed shared store refuses", checkClosing),
    ]

    @Sendable private static func checkJoining(_ stores: [any SharedStore], _ expect: Expectations) async throws {
        try expect.equal(try await stores[0].nodes(), [], "the nodes of a fresh store")
        try await stores[1].change(.role(Samples.role(1).id))
        for (number, store) in stores.enumerated().reversed() {
            let state = try await store.join(Samples.node(number))
            try expect.equal(state.epoch, 1, "the newest change as told to node \(number)")
        }
        for store in stores {
            let nodes = try await store.nodes()
            let expected = stores.indices.map(Samples.node)
            try expect.equal(nodes.map(\.node), expected, "the nodes, in the order of their ids")
            // Before its first read it has nothing that a change could have outdated: either is true.
            try expect.isTrue(nodes.allSatisfy { (0...1).contains($0.epoch) }, "a node has applied what isn't there")
        }
    }

    @Sendable private static func checkJoiningAgain(_ stores: [any SharedStore], _ expect: Expectations) async throws {
        var node = Samples.node(1)
        _ = try await stores[0].join(node)
        try await stores[0].change(.role(Samples.role(1).id))
        node.host = "elsewhere"
        let state = try await stores[0].join(node)
        try expect.equal(state.epoch, 1, "the newest change")
        let nodes = try await stores[1].nodes()
        try expect.equal(nodes.map(\.node), [node], "the nodes")
        try expect.isTrue(nodes.allSatisfy { (0...1).contains($0.epoch) }, "a node has applied what isn't there")
    }

    @Sendable private static func checkLeaving(_ stores: [any SharedStore], _ expect: Expectations) async throws {
        let (leaving, staying) = (Samples.node(1), Samples.node(2))
        let stranger = try await stores[0].confirm(leaving.id, epoch: 0)
        try expect.equal(stranger, nil, "what a node is told that never joined")
        _ = try await stores[0].join(leaving)
        _ = try await stores[1].join(staying)
        try await stores[0].leave(leaving.id)
        try expect.equal(try await stores[1].nodes().map(\.node), [staying], "the nodes that stay")
        try expect.equal(try await stores[0].confirm(leaving.id, epoch: 0), nil, "what a node is told that left")
        try expect.equal(try await stores[2].nodes().map(\.node), [staying], "the nodes after that")
        // Twice does no harm: the answer to the first may have been lost.
        try await stores[0].leave(leaving.id)
        _ = try await stores[0].join(leaving)
        try expect.isTrue(try await stores[0].confirm(leaving.id, epoch: 0) != nil, "a node that came back is unknown")
    }

    @Sendable private static func checkConfirming(_ stores: [any SharedStore], _ expect: Expectations) async throws {
        let (first, second) = (Samples.node(1), Samples.node(2))
        _ = try await stores[0].join(first)
        _ = try await stores[1].join(second)
        for number in 1...3 { try await stores[2].change(.role(Samples.role(number).id)) }
        let state = try await stores[0].confirm(first.id, epoch: 2)
        try expect.equal(state?.epoch, 3, "the newest change as told to who confirms")
        for store in stores {
            let epochs = try await store.nodes().map(\.epoch)
            try expect.equal(epochs, [2, 0], "what the nodes have applied")
        }
        _ = try await stores[1].confirm(second.id, epoch: 3)
        try expect.equal(try await stores[0].nodes().map(\.epoch), [2, 3], "what the nodes have applied then")
    }

    @Sendable private static func checkIncarnation(_ stores: [any SharedStore], _ expect: Expectations) async throws {
        var incarnations: Set<String> = []
        for (number, store) in stores.enumerated() {
            incarnations.insert(try await store.join(Samples.node(number)).incarnation)
            try await store.change(.role(Samples.role(number).id))
            let state = try await store.confirm(Samples.node(number).id, epoch: 0)
            incarnations.insert(try expect.value(state, "the answer to a confirmation").incarnation)
        }
        try expect.equal(incarnations.count, 1, "the number of incarnations")
        try expect.isTrue(incarnations != [""], "the incarnation has no name")
    }

    @Sendable private static func checkClosing(_ stores: [any SharedStore], _ expect: Expectations) async throws {
        let node = Samples.node(1)
        _ = try await stores[0].join(node)
        try await stores[0].close()
        try await expect.throwing(.closed, "joining") { _ = try await stores[0].join(node) }
        try await expect.throwing(.closed, "confirming") { _ = try await stores[0].confirm(node.id, epoch: 0) }
        try await expect.throwing(.closed, "leaving") { try await stores[0].leave(node.id) }
        try await expect.throwing(.closed, "forgetting") {
            _ = try await stores[0].forgetNodes([])
        }
        try expect.equal(try await stores[1].nodes().map(\.node), [node], "the nodes, seen by the others")
    }
}
