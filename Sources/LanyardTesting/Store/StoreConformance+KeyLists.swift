import LanyardCore
import LanyardStorage

extension StoreConformance {
    static let keyListChecks = [
        StoreCheck("a list of keys holds what its filter says, newest first, for every combination", checkKeyFilters),
        StoreCheck("pages of keys meet without gap or overlap, whatever the filter", checkKeyPages),
        StoreCheck("a page of keys is not shifted by newer ones", checkNewerKeys),
        StoreCheck("a list by role follows a key's roles as they change", checkRolesOfKeys),
    ]

    private static func insert(_ model: KeyListModel, into store: any Store) async throws {
        try await store.write { store in
            try insertOwners(store)
            for (number, key) in model.keys.enumerated() {
                _ = try store.insert(key, secret: Samples.secret(number, of: key.id))
            }
        }
    }

    @Sendable private static func checkKeyFilters(_ store: any Store, _ expect: Expectations) async throws {
        let model = KeyListModel(seed: 1)
        try await insert(model, into: store)
        try await store.read { store in
            for filter in KeyListModel.filters(seed: 2) {
                let page = Page<KeyID>(limit: 200)
                let (actual, expected) = (try store.keys(filter, page: page), model.list(filter, page))
                try expect.equal(actual.map(\.id), expected.map(\.id), "the keys of \(filter)")
                try expect.isTrue(actual == expected, "a listed key is not the one that was written")
            }
        }
    }

    @Sendable private static func checkKeyPages(_ store: any Store, _ expect: Expectations) async throws {
        let model = KeyListModel(seed: 3)
        try await insert(model, into: store)
        try await store.read { store in
            for (index, filter) in KeyListModel.filters(seed: 4).enumerated() {
                let whole = model.list(filter, Page(limit: 200)).map(\.id)
                let limit = 1 + index % 7
                let paged = try pages(limit, id: \.id) { try store.keys(filter, page: $0) }
                try expect.equal(paged.map(\.id), whole, "pages of \(limit) keys of \(filter)")
                // An id that no key has is a place in the list too.
                let between = Page<KeyID>(after: Samples.id(KeyListModel.count * 2), limit: 3)
                try expect.equal(
                    store.keys(filter, page: between).map(\.id), Array(whole.prefix(3)), "the page after a newer id")
            }
            try expect.equal(
                store.keys(KeyFilter(now: KeyListModel.now), page: Page(limit: 0)), [], "a page of nothing")
        }
    }

    @Sendable private static func checkNewerKeys(_ store: any Store, _ expect: Expectations) async throws {
        let filter = KeyFilter(now: Samples.time(0))
        try await store.write { store in
            try store.insert(Samples.project(1))
            for number in 1...6 {
                _ = try store.insert(Samples.key(number), secret: Samples.secret(number, of: Samples.key(number).id))
            }
        }
        let first = try await store.read { try $0.keys(filter, page: Page(limit: 3)) }
        try await store.write { store in
            for number in 7...9 {
                _ = try store.insert(Samples.key(number), secret: Samples.secret(number, of: Samples.key(number).id))
            }
        }
        let second = try await store.read { try $0.keys(filter, page: Page(after: first.last?.id, limit: 3)) }
        try expect.equal((first + second).map(\.id), (1...6).reversed().map { Samples.key($0).id }, "two pages")
    }

    @Sendable private static func checkRolesOfKeys(_ store: any Store, _ expect: Expectations) async throws {
        let (one, two) = (Samples.role(1).id, Samples.role(2).id)
        var key = Samples.key(1)
        @Sendable func keys(_ store: any StoreReading, _ role: RoleID) throws -> [KeyID] {
            var filter = KeyFilter(now: Samples.time(0))
            filter.role = role
            return try store.keys(filter, page: Page()).map(\.id)
        }
        key.roles = [one]
        let first = key
        try await store.write { store in
            try insertOwners(store)
            _ = try store.insert(first, secret: Samples.secret(1, of: first.id))
            try expect.equal(keys(store, one), [first.id], "keys of the role, within the transaction")
        }
        key.roles = [two, one]
        for change in [[two, one], [two], []] {
            key.roles = change
            let changed = key
            try await store.write { try $0.update(changed) }
            try await store.read { store in
                try expect.equal(store.key(changed.id), changed, "the key")
                try expect.equal(keys(store, one), change.contains(one) ? [changed.id] : [], "keys of the first role")
                try expect.equal(keys(store, two), change.contains(two) ? [changed.id] : [], "keys of the second role")
                try expect.equal(store.isInUse(.role(two)), change.contains(two), "whether the second role is in use")
            }
        }
    }
}
