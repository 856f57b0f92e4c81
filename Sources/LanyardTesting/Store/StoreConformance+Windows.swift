import LanyardCore
import LanyardStorage

extension StoreConformance {
    static let windowChecks = [
        StoreCheck("saved windows come back as they were, with the clock", checkWindows),
        StoreCheck("a window is saved over its last state, and an empty one goes", checkWindowsOver),
    ]

    @Sendable private static func checkWindows(_ store: any Store, _ expect: Expectations) async throws {
        let subjects = [Subject(Samples.key(1).id), Subject(Samples.key(2).id), Subject(Samples.account(1).id)]
        var windows: [SavedWindow] = []
        for subject in subjects {
            for unit in [AllowanceUnit.requests, .tokens, .usd] {
                for (source, milliseconds) in [(AllowanceSource.key, Int64(60_000)), (.plan, 60_000), (.plan, 61_000)] {
                    let amounts = (0..<33).map { Int64($0) * 31 &+ Int64(windows.count) }
                    windows.append(
                        SavedWindow(
                            subject: subject,
                            identity: WindowIdentity(unit: unit, windowMilliseconds: milliseconds, source: source),
                            snapshot: WindowSnapshot(head: Int64(windows.count) - 5, amounts: amounts)))
                }
            }
        }
        // The largest numbers, a single bucket, and no bucket at the ends.
        windows[0].snapshot = WindowSnapshot(head: .max, amounts: [.max, 0, 1, 127, 128, 1 << 32])
        windows[1].snapshot = WindowSnapshot(head: .min, amounts: [1])
        windows[2].snapshot.amounts = [Int64](repeating: 0, count: 16) + [7] + [Int64](repeating: 0, count: 16)
        let saved = windows
        let clock = SavedClock(
            monotonic: MonotonicInstant(nanoseconds: .max), wall: Samples.time(-3), bootID: Samples.oddText,
            offsetNanoseconds: .min, isClean: false)
        try await store.write { try $0.save(saved, clock: clock) }
        try await store.read { store in
            let restored = try store.savedWindows()
            try expect.equal(restored.windows.count, saved.count, "the number of windows")
            try expect.equal(Set(restored.windows), Set(saved), "the windows")
            try expect.equal(restored.clock, clock, "the clock")
        }
    }

    @Sendable private static func checkWindowsOver(_ store: any Store, _ expect: Expectations) async throws {
        let (key, account) = (Subject(Samples.key(1).id), Subject(Samples.account(1).id))
        let first = Samples.window(of: key, amounts: [1, 2, 3])
        let other = Samples.window(of: account, amounts: [4])
        try await store.write { try $0.save([first, other], clock: Samples.clock(1)) }
        let second = Samples.window(of: key, amounts: [2, 3, 9], head: 101)
        try await store.write { try $0.save([second], clock: Samples.clock(2)) }
        try await store.read { store in
            let saved = try store.savedWindows()
            try expect.equal(Set(saved.windows), [second, other], "windows after one was saved again")
            try expect.equal(saved.clock, Samples.clock(2), "the clock")
        }
        let empty = Samples.window(of: key, amounts: [0, 0, 0])
        let never = Samples.window(of: Subject(Samples.key(9).id), amounts: [])
        try await store.write { try $0.save([empty, never], clock: Samples.clock(3)) }
        try await store.read { store in
            let saved = try store.savedWindows()
            try expect.equal(saved.windows, [other], "windows after one was saved empty")
            try expect.equal(saved.clock, Samples.clock(3), "the clock")
        }
        try await store.write { try $0.save([], clock: Samples.clock(4)) }
        try await store.read { store in
            let saved = try store.savedWindows()
            try expect.equal(saved.windows, [other], "windows after a save of none")
            try expect.equal(saved.clock, Samples.clock(4), "the clock of a save of none")
        }
    }
}
