import LanyardCore
import LanyardStorage
import Synchronization

extension StoreConformance {
    static let concurrencyChecks = [
        StoreCheck("changes become visible in the order of their numbers, without a gap", checkCommitOrder),
        StoreCheck("no read ever sees half of a write", checkSnapshots),
        StoreCheck("writers of one place are one after the other: none is lost", checkLostUpdates),
    ]

    private struct Stop: Error {}

    /// Writers side by side, each with one write after the other, so that there are many commits however a store gathers
    /// what comes at once; and readers that read again and again until the last of them is done.
    private static func race(
        writes: Int, _ write: @escaping @Sendable (_ number: Int) async throws -> Void,
        read: @escaping @Sendable () async throws -> Void
    ) async throws {
        let (lanes, readers) = (4, 4)
        // A flag, and no cancellation: that would end a read half-way, with whatever error a store has for it.
        let running = Running(lanes)
        try await withThrowingTaskGroup { group in
            for lane in 0..<lanes {
                group.addTask {
                    defer { running.end() }
                    for number in 1...writes where number % lanes == lane { try await write(number) }
                }
            }
            for _ in 0..<readers {
                group.addTask {
                    while running.isAny { try await read() }
                }
            }
            try await group.waitForAll()
        }
    }

    /// Each writer inserts a role with its change; every fourth is undone. So in whatever state a reader looks, there are
    /// exactly as many roles as the epoch says, and they bear the numbers 1 to it.
    @Sendable private static func checkCommitOrder(_ store: any Store, _ expect: Expectations) async throws {
        let writes = 200
        let epochs = Mutex<[Int64]>([])
        try await race(writes: writes) { number in
            do {
                let epoch = try await store.write { store in
                    let epoch = try store.recordChange(.role(Samples.id(number))).epoch
                    var role = Samples.role(number)
                    role.name = String(epoch)
                    try store.insert(role)
                    if number % 4 == 0 { throw Stop() }
                    return epoch
                }
                epochs.withLock { $0.append(epoch) }
            } catch is Stop {}
        } read: {
            try await store.read { store in
                let epoch = try store.epoch()
                let names = try store.roles(page: Page(limit: writes)).map(\.name)
                let expected = Set((0..<epoch).map { String($0 + 1) })
                try expect.equal(Set(names), expected, "the roles at epoch \(epoch)")
            }
        }
        let expected = (1...Int64(writes * 3 / 4)).map { $0 }
        try expect.equal(epochs.withLock { $0.sorted() }, expected, "the numbers of the changes")
        try await store.read { try expect.equal($0.epoch(), Int64(writes * 3 / 4), "the epoch at the end") }
    }

    @Sendable private static func checkSnapshots(_ store: any Store, _ expect: Expectations) async throws {
        try await store.write { try insertOwners($0) }
        try await race(writes: 100) { number in
            try await store.write { store in
                for owner in 1...3 {
                    var account = Samples.account(owner)
                    account.name = String(number)
                    try store.update(account)
                }
            }
        } read: {
            try await store.read { store in
                let first = try store.account(Samples.account(1).id)?.name
                let others = try store.accounts(page: Page(limit: 5)).map(\.name)
                guard first != Samples.account(1).name else { return }
                try expect.equal(others, [first, first, first].compactMap { $0 }, "three accounts that agree")
            }
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

/// How many writers still write.
private final class Running: Sendable {
    private let count: Mutex<Int>

    init(_ count: Int) {
        self.count = Mutex(count)
    }

    var isAny: Bool { count.withLock { $0 > 0 } }

    func end() { count.withLock { $0 -= 1 } }
}
