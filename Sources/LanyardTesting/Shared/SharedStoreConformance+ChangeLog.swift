import LanyardCore
import LanyardStorage
import Synchronization

extension SharedStoreConformance {
    static let changeLogChecks = [
        SharedStoreCheck("a change of each kind comes back as it was recorded", checkSubjects),
        SharedStoreCheck("changes come in portions, and none after the newest", checkPortions),
        SharedStoreCheck("a change that was undone leaves no trace", checkUndone),
        SharedStoreCheck("however many write, whoever reads on misses no change", checkReadingOn),
        SharedStoreCheck("a commit that is held back is never overtaken", checkHeldBack),
    ]

    private struct Stop: Error {}

    @Sendable private static func checkSubjects(_ stores: [any SharedStore], _ expect: Expectations) async throws {
        let subjects: [ChangeSubject] = [
            .key(Samples.key(1).id, []), .key(Samples.key(2).id, (1...3).map(Samples.digest)),
            .account(Samples.account(1).id), .plan(Samples.plan(1).id), .role(Samples.role(1).id),
            .project(Samples.project(1).id), .policy(Samples.policy(1).id), .imports((1...1000).map(Samples.digest)),
        ]
        try await stores[0].write { store in
            for subject in subjects.dropLast() { _ = try store.recordChange(subject) }
        }
        try await stores[1].change(subjects[subjects.count - 1])
        let expected = subjects.enumerated().map { Change(epoch: Int64($0 + 1), subject: $1) }
        for store in stores {
            let changes = try await store.read { try $0.changes(after: 0, limit: 100) }
            try expect.equal(changes, expected, "the changes")
        }
    }

    @Sendable private static func checkPortions(_ stores: [any SharedStore], _ expect: Expectations) async throws {
        for number in 1...7 { try await stores[number % 3].change(.role(Samples.role(number).id)) }
        try await stores[2].read { store in
            let epochs = { (epoch: Int64, limit: Int) in try store.changes(after: epoch, limit: limit)?.map(\.epoch) }
            try expect.equal(try epochs(0, 3), [1, 2, 3], "the first three")
            try expect.equal(try epochs(3, 3), [4, 5, 6], "the next three")
            try expect.equal(try epochs(6, 3), [7], "the rest")
            try expect.equal(try epochs(7, 3), [], "what comes after the newest")
        }
    }

    @Sendable private static func checkUndone(_ stores: [any SharedStore], _ expect: Expectations) async throws {
        do {
            try await stores[0].write { store in
                _ = try store.recordChange(.role(Samples.role(1).id))
                throw Stop()
            }
        } catch is Stop {}
        try await stores[1].change(.plan(Samples.plan(2).id))
        let changes = try await stores[2].read { try $0.changes(after: 0, limit: 10) }
        try expect.equal(changes, [Change(epoch: 1, subject: .plan(Samples.plan(2).id))], "the changes")
    }

    /// Each change is to a role whose number is remembered with the change's; what a reader puts together portion by
    /// portion must be exactly that.
    @Sendable private static func checkReadingOn(_ stores: [any SharedStore], _ expect: Expectations) async throws {
        let written = Written(writers: stores.count)
        let writes = 40
        let followed = try await withThrowingTaskGroup(of: [Change].self) { group in
            for (lane, store) in stores.enumerated() {
                group.addTask {
                    defer { written.end() }
                    for number in 0..<writes {
                        let role = Samples.role(lane * writes + number).id
                        do {
                            let epoch = try await store.write { store in
                                let epoch = try store.recordChange(.role(role)).epoch
                                if number % 5 == 0 { throw Stop() }
                                return epoch
                            }
                            written.add(Change(epoch: epoch, subject: .role(role)))
                        } catch is Stop {}
                    }
                    return []
                }
                group.addTask {
                    try await follow(store, expect) { written.isGrowing }
                }
            }
            var followed: [[Change]] = []
            for try await changes in group where !changes.isEmpty { followed.append(changes) }
            return followed
        }
        let expected = written.all
        try expect.equal(expected.map(\.epoch), (1...Int64(expected.count)).map { $0 }, "the numbers of the changes")
        for changes in followed { try expect.equal(changes, expected, "what a reader has read on") }
        try expect.equal(followed.count, stores.count, "readers that saw anything")
    }

    /// Reads on until nobody writes any more, and then to the end.
    private static func follow(
        _ store: any SharedStore, _ expect: Expectations, while isWriting: @Sendable () -> Bool
    ) async throws -> [Change] {
        var changes: [Change] = []
        let limit = 7
        while true {
            let isLast = !isWriting()
            let after = changes.last?.epoch ?? 0
            let portion = try await store.read { store in
                let portion = try expect.value(store.changes(after: after, limit: limit), "the changes after \(after)")
                let newest = try store.epoch()
                let expected = min(newest, after + Int64(limit))
                let numbers = after < expected ? (after + 1...expected).map { $0 } : []
                try expect.equal(portion.map(\.epoch), numbers, "the numbers after \(after) while \(newest) is newest")
                return portion
            }
            changes += portion
            if isLast, portion.count < limit { return changes }
        }
    }

    /// The first writer has its number and takes its time; the second one must not be seen before it.
    @Sendable private static func checkHeldBack(_ stores: [any SharedStore], _ expect: Expectations) async throws {
        let hasNumber = Mutex(false)
        async let first = stores[0].write { store in
            let epoch = try store.recordChange(.role(Samples.role(1).id)).epoch
            hasNumber.withLock { $0 = true }
            Pause.block(milliseconds: 300)
            return epoch
        }
        while !hasNumber.withLock({ $0 }) { try await Task.sleep(for: .milliseconds(1)) }
        let isDone = Mutex(false)
        async let second = {
            defer { isDone.withLock { $0 = true } }
            return try await stores[1].change(.role(Samples.role(2).id))
        }()
        var seen: [Int64] = []
        repeat {
            let changes = try await stores[2].read { store in
                try expect.value(store.changes(after: 0, limit: 10), "the changes").map(\.epoch)
            }
            try expect.equal(changes, changes.indices.map { Int64($0 + 1) }, "the changes that are seen")
            try expect.isTrue(changes.count >= seen.count, "changes that were seen are gone")
            seen = changes
        } while !isDone.withLock { $0 }
        let epochs = [try await first, try await second]
        try expect.equal(epochs, [1, 2], "the numbers of the changes")
    }
}

/// What writers side by side have committed.
private final class Written: Sendable {
    private let content: Mutex<(changes: [Change], writers: Int)>

    init(writers: Int) {
        content = Mutex(([], writers))
    }

    /// In the order of their numbers.
    var all: [Change] { content.withLock { $0.changes.sorted { $0.epoch < $1.epoch } } }

    var isGrowing: Bool { content.withLock { $0.writers > 0 } }

    func add(_ change: Change) { content.withLock { $0.changes.append(change) } }

    func end() { content.withLock { $0.writers -= 1 } }
}
