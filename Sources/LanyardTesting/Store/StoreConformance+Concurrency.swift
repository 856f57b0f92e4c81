import LanyardCore
import LanyardStorage

extension StoreConformance {
    static let concurrencyChecks = [
        StoreCheck("changes become visible in the order of their numbers, without a gap", checkCommitOrder),
        StoreCheck("no read ever sees half of a write", checkSnapshots),
        StoreCheck("writers of one place are one after the other: none is lost", checkLostUpdates),
    ]

    private struct Stop: Error {}

    /// Each writer inserts a role with its change; every fourth is undone. So in whatever state a reader looks, there are
    /// exactly as many roles as the epoch says, and they bear the numbers 1 to it.
    @Sendable private static func checkCommitOrder(_ store: any Store, _ expect: Expectations) async throws {
        let writers = 200
        let epochs = try await withThrowingTaskGroup(of: Int64?.self) { group in
            for number in 1...writers {
                group.addTask {
                    do {
                        return try await store.write { store in
                            let epoch = try store.recordChange(.role(Samples.id(number))).epoch
                            var role = Samples.role(number)
                            role.name = String(epoch)
                            try store.insert(role)
                            if number % 4 == 0 { throw Stop() }
                            return epoch
                        }
                    } catch is Stop {
                        return nil
                    }
                }
                if number % 5 == 0 {
                    group.addTask {
                        try await store.read { store in
                            let epoch = try store.epoch()
                            let names = try store.roles(page: Page(limit: writers)).map(\.name)
                            let expected = Set((0..<epoch).map { String($0 + 1) })
                            try expect.equal(Set(names), expected, "the roles at epoch \(epoch)")
                        }
                        return nil
                    }
                }
            }
            var epochs: [Int64] = []
            for try await epoch in group {
                if let epoch { epochs.append(epoch) }
            }
            return epochs.sorted()
        }
        try expect.equal(epochs, (1...Int64(writers * 3 / 4)).map { $0 }, "the numbers of the changes")
        try await store.read { try expect.equal($0.epoch(), Int64(writers * 3 / 4), "the epoch at the end") }
    }

    @Sendable private static func checkSnapshots(_ store: any Store, _ expect: Expectations) async throws {
        try await store.write { try insertOwners($0) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<100 {
                group.addTask {
                    try await store.write { store in
                        for owner in 1...3 {
                            var account = Samples.account(owner)
                            account.name = String(number)
                            try store.update(account)
                        }
                    }
                }
                group.addTask {
                    try await store.read { store in
                        let first = try store.account(Samples.account(1).id)?.name
                        let others = try store.accounts(page: Page(limit: 5)).map(\.name)
                        guard first != Samples.account(1).name else { return }
                        try expect.equal(others, [first, first, first].compactMap { $0 }, "three accounts that agree")
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    @Sendable private static func checkLostUpdates(_ store: any Store, _ expect: Expectations) async throws {
        try await store.write { try $0.insert(Samples.account(1)) }
        let writers = 100
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<writers {
                group.addTask {
                    try await store.write { store in
                        var account = try expect.value(store.account(Samples.account(1).id), "the account")
                        account.updatedAt = account.updatedAt.advanced(byMilliseconds: 1)
                        try store.update(account)
                    }
                }
            }
            try await group.waitForAll()
        }
        try await store.read { store in
            let account = try expect.value(store.account(Samples.account(1).id), "the account")
            let expected = Samples.account(1).updatedAt.advanced(byMilliseconds: Int64(writers))
            try expect.equal(account.updatedAt, expected, "a sum that each writer added one to")
        }
    }
}
