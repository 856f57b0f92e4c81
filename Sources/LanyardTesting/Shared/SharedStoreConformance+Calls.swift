import LanyardCore
import LanyardStorage

extension SharedStoreConformance {
    static let callChecks = [
        SharedStoreCheck("the end of a call waits for its node, and what came of it stands", checkPassing),
        SharedStoreCheck("a call of a node that nobody knows is unknown", checkStrangersGrants),
        SharedStoreCheck("ends of calls are forgotten, and none too early", checkForgottenFinishes),
        SharedStoreCheck("nodes hold no more places together than there are", checkPlaces),
        SharedStoreCheck("a node never holds fewer places than it has filled", checkFloors),
        SharedStoreCheck("what a node held is free once it has gone", checkFreedPlaces),
        SharedStoreCheck("claims at once never take more places than there are", checkRacingClaims),
    ]

    private static func grant(_ number: UInt64, by node: NodeDescription) -> GrantID {
        GrantID(high: 7, low: number << 32 | UInt64(NodeMark(node.id).number))
    }

    // MARK: Ends of calls

    @Sendable private static func checkPassing(_ stores: [any SharedStore], _ expect: Expectations) async throws {
        let (node, other) = (Samples.node(1), Samples.node(2))
        _ = try await stores[0].join(node)
        _ = try await stores[1].join(other)
        let first = PassedFinish(grant: grant(1, by: node), requests: 1, tokens: 2, nanoUSD: nil)
        let second = PassedFinish(grant: grant(2, by: node))
        let foreign = PassedFinish(grant: grant(3, by: other))
        let passed = try await stores[1].pass([first, second, first, foreign])
        try expect.equal(passed, [nil, nil, nil, nil], "what came of them at first")
        let found = try await stores[0].finishes(passedTo: NodeMark(node.id), limit: 10)
        try expect.equal(Set(found), [first, second], "what was left for a node")
        try expect.equal(
            try await stores[0].finishes(passedTo: NodeMark(node.id), limit: 1).count, 1, "one at a time")
        try await stores[0].answer([first.grant: .finished, second.grant: .unknown])
        try await stores[0].answer([first.grant: .alreadyFinished])
        let outcomes = try await stores[1].outcomes(of: [first.grant, second.grant, foreign.grant])
        try expect.equal(outcomes, [first.grant: .finished, second.grant: .unknown], "what came of them")
        try expect.equal(
            try await stores[2].pass([first, foreign]), [.finished, nil], "what is told to who says it again")
        try expect.equal(
            try await stores[0].finishes(passedTo: NodeMark(node.id), limit: 10), [], "what is left then")
    }

    @Sendable private static func checkStrangersGrants(
        _ stores: [any SharedStore], _ expect: Expectations
    ) async throws {
        _ = try await stores[0].join(Samples.node(1))
        let finish = PassedFinish(grant: grant(1, by: Samples.node(2)))
        try expect.equal(try await stores[0].pass([finish]), [.unknown], "what came of it")
        let left = try await stores[0].finishes(passedTo: NodeMark(Samples.node(2).id), limit: 10)
        try expect.equal(left, [], "what waits for nobody")
    }

    @Sendable private static func checkForgottenFinishes(
        _ stores: [any SharedStore], _ expect: Expectations
    ) async throws {
        let node = Samples.node(1)
        _ = try await stores[0].join(node)
        _ = try await stores[1].pass([PassedFinish(grant: grant(1, by: node))])
        try expect.equal(
            try await stores[1].forgetFinishes(olderThan: .seconds(3600), limit: 10), 0, "forgotten too early")
        try await Task.sleep(for: .milliseconds(20))
        try expect.equal(try await stores[1].forgetFinishes(olderThan: .milliseconds(5), limit: 10), 1, "forgotten")
        try expect.equal(try await stores[0].finishes(passedTo: NodeMark(node.id), limit: 10), [], "what is left")
    }

    // MARK: Places

    private static func claim(_ key: Int = 1, floor: Int64 = 0, wants wanted: Int64, of maximum: Int64) -> PlaceClaim {
        PlaceClaim(subject: Subject(Samples.key(key).id), floor: floor, wanted: wanted, maximum: maximum)
    }

    @Sendable private static func checkPlaces(_ stores: [any SharedStore], _ expect: Expectations) async throws {
        let (first, second, stranger) = (Samples.node(1), Samples.node(2), Samples.node(3))
        _ = try await stores[0].join(first)
        _ = try await stores[1].join(second)
        let held = try await stores[0].hold([claim(wants: 5, of: 8), claim(2, wants: 3, of: 3)], by: first.id)
        try expect.equal(held, [5, 3], "places of the first")
        let rest = try await stores[1].hold([claim(2, wants: 1, of: 3), claim(wants: 5, of: 8)], by: second.id)
        try expect.equal(rest, [0, 3], "places that are left for the second")
        // Asked again, it changes nothing.
        try expect.equal(try await stores[0].hold([claim(wants: 5, of: 8)], by: first.id), [5], "asked again")
        try expect.equal(try await stores[0].hold([claim(wants: 1, of: 8)], by: first.id), [1], "given back")
        try expect.equal(try await stores[1].hold([claim(wants: 9, of: 8)], by: second.id), [7], "taken then")
        try expect.equal(try await stores[2].hold([claim(4, wants: 1, of: 8)], by: stranger.id), [0], "a stranger's")
    }

    @Sendable private static func checkFloors(_ stores: [any SharedStore], _ expect: Expectations) async throws {
        let (first, second) = (Samples.node(1), Samples.node(2))
        _ = try await stores[0].join(first)
        _ = try await stores[1].join(second)
        _ = try await stores[0].hold([claim(wants: 5, of: 8)], by: first.id)
        _ = try await stores[1].hold([claim(wants: 3, of: 8)], by: second.id)
        // The maximum was lowered below what is open.
        let held = try await stores[1].hold([claim(floor: 3, wants: 4, of: 2)], by: second.id)
        try expect.equal(held, [3], "places that are filled")
        try expect.equal(
            try await stores[0].hold([claim(floor: 0, wants: 5, of: 4)], by: first.id), [1], "what the other may hold")
    }

    @Sendable private static func checkFreedPlaces(_ stores: [any SharedStore], _ expect: Expectations) async throws {
        let (first, second) = (Samples.node(1), Samples.node(2))
        _ = try await stores[0].join(first)
        _ = try await stores[1].join(second)
        let all = claim(wants: 8, of: 8)
        try expect.equal(try await stores[0].hold([all], by: first.id), [8], "places of the first")
        try expect.equal(try await stores[1].hold([all], by: second.id), [0], "places of the second")
        try await stores[0].leave(first.id)
        try expect.equal(try await stores[1].hold([all], by: second.id), [8], "once the first has left")
        _ = try await stores[1].join(second)
        _ = try await stores[0].join(first)
        try expect.equal(try await stores[0].hold([all], by: first.id), [8], "once the second has joined anew")
        let seen = try await stores[1].nodes().filter { $0.node.id == first.id }
        try expect.equal(try await stores[1].forgetNodes(seen), [first.id], "nodes forgotten")
        try expect.equal(try await stores[1].hold([all], by: second.id), [8], "once the first is forgotten")
    }

    @Sendable private static func checkRacingClaims(_ stores: [any SharedStore], _ expect: Expectations) async throws {
        for (number, store) in stores.enumerated() { _ = try await store.join(Samples.node(number)) }
        for round in 1...10 {
            let keys = [1, 2, 3, 4].map { round * 10 + $0 }
            let held = try await withThrowingTaskGroup(of: [Int: Int64].self) { group in
                for (number, store) in stores.enumerated() {
                    group.addTask {
                        // Each in an order of its own, so that whoever locks in the order of claims gets stuck.
                        let order = Array(keys[(number % 4)...] + keys[..<(number % 4)])
                        let held = try await store.hold(
                            order.map { claim($0, wants: 4, of: 5) }, by: Samples.node(number).id)
                        return Dictionary(uniqueKeysWithValues: zip(order, held))
                    }
                }
                return try await group.reduce(into: [:]) { $0.merge($1, uniquingKeysWith: +) }
            }
            for key in keys { try expect.equal(held[key], 5, "places that were taken of the key \(key)") }
        }
    }
}
