import LanyardCore
import LanyardStorage

extension StoreConformance {
    static let usageChecks = [
        StoreCheck("usage adds up, for every interval, group and filter", checkUsageSums),
        StoreCheck("pages of usage meet without gap or overlap, and split no piece", checkUsagePages),
        StoreCheck("old usage is put together by the hour, and deleted, piece by piece", checkUsageRetention),
        StoreCheck("a key was last used when its latest usage says, whatever comes later", checkLastUse),
    ]

    static func insert(_ model: UsageModel, into store: any Store) async throws {
        try await store.write { store in
            try insertOwners(store)
            for (number, key) in model.keys.enumerated() {
                _ = try store.insert(key, secret: Samples.secret(number, of: key.id))
            }
            var gone = Samples.key(1)
            gone.id = UsageModel.deleted
            _ = try store.insert(gone, secret: Samples.secret(1000, of: gone.id))
        }
        // In several portions, as a node that runs would: the same minute and outcome comes again.
        for start in stride(from: 0, to: model.rows.count, by: 37) {
            let portion = Array(model.rows[start..<min(start + 37, model.rows.count)])
            try await store.write { try $0.addUsage(portion) }
        }
        try await store.write { store in
            // Each outcome of a minute is one sum, also within one portion.
            try store.addUsage([])
            try store.deleteKey(UsageModel.deleted)
        }
    }

    @Sendable private static func checkUsageSums(_ store: any Store, _ expect: Expectations) async throws {
        let model = UsageModel(seed: 6)
        try await insert(model, into: store)
        try await store.read { store in
            for query in UsageModel.queries(seed: 7) {
                try expect.equal(store.usage(query), model.sums(query), "the sums of \(query)")
            }
            try expect.equal(
                store.usage(UsageQuery(fromMinute: 0, toMinute: .max, interval: .hour, limit: 0)), [],
                "a page of nothing")
        }
    }

    @Sendable private static func checkUsagePages(_ store: any Store, _ expect: Expectations) async throws {
        let model = UsageModel(seed: 8)
        try await insert(model, into: store)
        try await store.read { store in
            for (index, query) in UsageModel.queries(seed: 9).enumerated() {
                let whole = model.sums(query)
                var page = query
                page.limit = [1, 3, 40][index % 3]
                var paged: [UsageSum] = []
                // One row in three goes piece by piece to the end; the others are content with the first pages.
                while paged.count <= 60 {
                    page.after = paged.last?.position
                    let sums = try store.usage(page)
                    paged += sums
                    if sums.count < page.limit { break }
                }
                try expect.equal(paged, Array(whole.prefix(paged.count)), "pages of \(page.limit) of \(query)")
                try expect.isTrue(paged.count > 60 || paged.count == whole.count, "pages of \(query) end too early")
            }
        }
    }

    @Sendable private static func checkUsageRetention(_ store: any Store, _ expect: Expectations) async throws {
        let model = UsageModel(seed: 10)
        try await insert(model, into: store)
        func sums(
            _ interval: UsageQuery.Interval, from first: Int32 = 0, to end: Int32 = .max
        ) async throws -> [UsageSum] {
            let query = UsageQuery(fromMinute: first, toMinute: end, interval: interval, group: .key, limit: 10_000)
            return try await store.read { try $0.usage(query) }
        }
        let (byHour, recent) = (try await sums(.hour), try await sums(.minute, from: 4200))
        var next: Int32 = 1020
        var steps = 0
        while next < 4200 {
            let first = next
            next = try await store.write { try $0.rollUpUsage(from: first, before: 4200, limit: 3) }
            steps += 1
            try expect.isTrue(first <= next && next % 60 == 0, "the hours go on from \(first) to \(next)")
            try expect.isTrue(steps < 1000, "putting usage together comes to an end")
        }
        try expect.isTrue(steps > 53, "no more than three rows are moved at once")
        try expect.equal(await sums(.hour), byHour, "the sums by the hour, which putting together does not change")
        try expect.equal(await sums(.minute, from: 4200), recent, "usage that is not yet old")
        let minutes = try await sums(.minute, from: 1020, to: 4200).map(\.position.minute)
        try expect.equal(minutes.filter { $0 % 60 != 0 }, [], "minutes of old hours but the first")
        try expect.equal(
            await store.write { try $0.rollUpUsage(from: 1020, before: 4200, limit: 1000) }, (minutes.first ?? 0) + 60,
            "the next hour to look at, where the first has nothing to move")

        var deleted = 0
        // The minute behind one in which something was used.
        let end = (recent.first?.position.minute ?? 4200) + 1
        while true {
            let count = try await store.write { try $0.deleteUsage(before: end, limit: 7) }
            try expect.isTrue(count <= 7, "no more than seven rows are deleted at once")
            deleted += count
            if count < 7 { break }
        }
        try expect.isTrue(deleted > 0, "old rows are deleted")
        try expect.equal(await sums(.minute, to: end), [], "usage from before the minute")
        try expect.equal(
            await sums(.minute), recent.filter { $0.position.minute >= end }, "usage from that minute on")
    }

    @Sendable private static func checkLastUse(_ store: any Store, _ expect: Expectations) async throws {
        let (key, other) = (Samples.key(1), Samples.key(2))
        try await store.write { store in
            try store.insert(Samples.project(1))
            _ = try store.insert(key, secret: Samples.secret(1, of: key.id))
            _ = try store.insert(other, secret: Samples.secret(2, of: other.id))
        }
        func use(_ minutes: [Int32], _ outcome: String = UsageRow.granted) async throws -> Timestamp? {
            try await store.write { store in
                try store.addUsage(
                    minutes.map { UsageRow(key: key.id, minute: $0, outcome: outcome, count: 1) }
                        + [UsageRow(key: nil, minute: 900, outcome: "unknown_key", count: 1)])
            }
            try await settle(store, expect)
            return try await store.read { try $0.key(key.id)?.lastUsedAt }
        }
        try await store.read { try expect.equal($0.key(key.id)?.lastUsedAt, nil, "an unused key's last use") }
        try expect.equal(await use([30]), Samples.time(1_800_000), "the last use")
        try expect.equal(await use([29]), Samples.time(1_800_000), "the last use, after an earlier one")
        try expect.equal(await use([31, 40, 35]), Samples.time(2_400_000), "the last use of several")
        try expect.equal(await use([41], "rate_limited"), Samples.time(2_460_000), "the last use, which was refused")
        try await store.read { store in
            try expect.equal(store.key(other.id), other, "another key")
            var used = key
            used.lastUsedAt = Samples.time(2_460_000)
            try expect.equal(store.key(key.id), used, "the key, of which nothing else changed")
        }
    }
}
