import LanyardCore
import LanyardStorage

extension StoreConformance {
    static let auditChecks = [
        StoreCheck("audit entries are numbered and chained, and every field lasts", checkAuditChain),
        StoreCheck("an audit entry of which anything was changed is not intact", checkTampering),
        StoreCheck("audit lists hold what their filters say, newest first, page by page", checkAuditFilters),
        StoreCheck("concurrent audit entries form one chain", checkConcurrentAudit),
    ]

    private static func fullEvent() -> AuditEvent {
        AuditEvent(
            at: Samples.time(-7), actor: Samples.id(1), actorName: Samples.oddText, action: "key.update",
            target: Samples.oddText, before: #"{"a":"ö\n"}"#, after: "", requestID: "req \"1\"")
    }

    /// Every entry is intact, follows the one before, and the numbers have no gap.
    private static func expectChain(_ entries: [AuditEntry], _ expect: Expectations) throws {
        try expect.equal(entries.map(\.sequence), entries.indices.map { Int64($0 + 1) }, "the numbers of entries")
        var previous = AuditEntry.firstPreviousHash
        for entry in entries {
            try expect.isTrue(entry.isIntact, "entry \(entry.sequence) is not intact")
            try expect.equal(entry.previousHash, previous, "the hash before entry \(entry.sequence)")
            previous = entry.hash
        }
    }

    @Sendable private static func checkAuditChain(_ store: any Store, _ expect: Expectations) async throws {
        let events = [fullEvent(), Samples.event(2), fullEvent()]
        let first = try await store.write { try $0.append(events[0]) }
        let later = try await store.write { store in try events.dropFirst().map { try store.append($0) } }
        try await store.read { store in
            let entries = try store.auditEntries(from: 1, limit: 10)
            try expect.equal(entries, [first] + later, "the entries, as they were appended")
            try expect.equal(entries.map(\.event), events, "their events")
            try expectChain(entries, expect)
            try expect.equal(
                store.auditEntries(from: 2, limit: 1), Array(later.prefix(1)), "one entry from the second on")
            try expect.equal(store.auditEntries(from: 4, limit: 10), [], "entries after the last")
            try expect.equal(store.auditEntries(from: 0, limit: 2).map(\.sequence), [1, 2], "two entries from zero on")
        }
        // An entry that was undone leaves no gap, and the chain goes on from the last that lasts.
        try? await store.write { store in
            _ = try store.append(Samples.event(9))
            throw expect.fail("undone on purpose")
        }
        let next = try await store.write { try $0.append(Samples.event(4)) }
        try expect.equal(next.sequence, 4, "the number after an undone entry")
        try await store.read { try expectChain($0.auditEntries(from: 1, limit: 10), expect) }
    }

    @Sendable private static func checkTampering(_ store: any Store, _ expect: Expectations) async throws {
        try await store.write { store in
            for event in [fullEvent(), Samples.event(2)] { _ = try store.append(event) }
        }
        let changes: [(String, (inout AuditEvent) -> Void)] = [
            ("time", { $0.at.milliseconds += 1 }), ("actor", { $0.actor = Samples.id(2) }),
            ("actor's name", { $0.actorName += "x" }), ("action", { $0.action = "key.delete" }),
            ("target", { $0.target += " " }), ("state before", { $0.before = ($0.before ?? "") + "x" }),
            ("state after", { $0.after = $0.after == nil ? "" : nil }), ("request", { $0.requestID = "other" }),
        ]
        for entry in try await store.read({ try $0.auditEntries(from: 1, limit: 10) }) {
            func tampered(
                _ sequence: Int64, _ event: AuditEvent, _ previousHash: [UInt8]
            ) -> AuditEntry {
                AuditEntry(sequence: sequence, event: event, previousHash: previousHash, storedHash: entry.hash)
            }
            try expect.isTrue(
                tampered(entry.sequence, entry.event, entry.previousHash).isIntact, "the entry is not intact")
            for (name, change) in changes {
                var event = entry.event
                change(&event)
                let changed = tampered(entry.sequence, event, entry.previousHash)
                try expect.isTrue(!changed.isIntact, "an entry whose \(name) was changed is intact")
            }
            let moved = tampered(entry.sequence + 1, entry.event, entry.previousHash)
            try expect.isTrue(!moved.isIntact, "an entry that was moved is intact")
            let rechained = tampered(entry.sequence, entry.event, [UInt8](repeating: 1, count: 32))
            try expect.isTrue(!rechained.isIntact, "an entry with another one before it is intact")
        }
    }

    @Sendable private static func checkAuditFilters(_ store: any Store, _ expect: Expectations) async throws {
        var random = SeededGenerator(seed: 5)
        let events = (1...80).map { _ in
            var event = Samples.event(.random(in: 0...6, using: &random))
            event.actor = [nil, Samples.id(1), Samples.id(2)].randomElement(using: &random) ?? nil
            event.action = ["key.create", "key.revoke"].randomElement(using: &random) ?? ""
            event.target = ["a", "b"].randomElement(using: &random) ?? ""
            return event
        }
        let entries = try await store.write { store in try events.map { try store.append($0) } }
        let conditions: [(inout AuditFilter) -> Void] = [
            { $0.actor = Samples.id(1) }, { $0.actor = Samples.id(3) }, { $0.target = "b" }, { $0.target = "%" },
            { $0.action = "key.revoke" }, { $0.from = Samples.time(3) }, { $0.to = Samples.time(3) },
            { $0.from = Samples.time(2) }, { $0.to = Samples.time(6) },
        ]
        var filters = [AuditFilter()]
        for count in 1...4 {
            for _ in 0..<20 {
                var filter = AuditFilter()
                for condition in conditions.shuffled(using: &random).prefix(count) { condition(&filter) }
                filters.append(filter)
            }
        }
        let asked = filters
        try await store.read { store in
            for (index, filter) in asked.enumerated() {
                let expected = entries.reversed().filter { matches($0.event, filter) }
                let limit = 1 + index % 9
                var listed: [AuditEntry] = []
                while true {
                    let page = try store.auditEntries(filter, before: listed.last?.sequence, limit: limit)
                    listed += page
                    if page.count < limit || listed.count > mostRecords { break }
                }
                try expect.equal(listed.map(\.sequence), expected.map(\.sequence), "the entries of \(filter)")
                try expect.isTrue(listed == expected, "a listed entry is not the one that was appended")
            }
        }
    }

    private static func matches(_ event: AuditEvent, _ filter: AuditFilter) -> Bool {
        if let actor = filter.actor, event.actor != actor { return false }
        if let target = filter.target, event.target != target { return false }
        if let action = filter.action, event.action != action { return false }
        if let from = filter.from, event.at < from { return false }
        if let to = filter.to, event.at >= to { return false }
        return true
    }

    @Sendable private static func checkConcurrentAudit(_ store: any Store, _ expect: Expectations) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 1...60 {
                group.addTask {
                    do {
                        try await store.write { store in
                            _ = try store.append(Samples.event(number))
                            if number.isMultiple(of: 3) { throw expect.fail("undone on purpose") }
                        }
                    } catch is ConformanceFailure where number.isMultiple(of: 3) {}
                }
            }
            try await group.waitForAll()
        }
        try await store.read { store in
            let entries = try store.auditEntries(from: 1, limit: 100)
            try expect.equal(entries.count, 40, "the number of entries")
            try expectChain(entries, expect)
        }
    }
}
