import LanyardCore
package import LanyardStorage

// # Usage in the journal
//
// First the outcomes that the row's entries name: how many, and each as text. Then the minute that the entries count
// from. Then the entries:
//
//     key's id (16 bytes), minute from there, outcome's place, count, tokens, nano-dollars

/// One row of usage as numbers; the outcome is a place in a list.
struct UsageEntry {
    var high: UInt64
    var low: UInt64
    var minute: Int32
    var outcome: Int
    var sums: UsageSums
}

/// What is added up.
struct UsageSums: Hashable {
    var count: Int64
    var tokens: Int64
    var nanoUSD: Int64

    /// Saturating: sums that overflow must not make a store unreadable.
    mutating func add(_ other: UsageSums) {
        count = count.addingSaturating(other.count)
        tokens = tokens.addingSaturating(other.tokens)
        nanoUSD = nanoUSD.addingSaturating(other.nanoUSD)
    }
}

extension Int64 {
    func addingSaturating(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (self < 0 ? .min : .max) : sum
    }
}

/// Writes and reads rows of usage.
package enum UsageJournal {
    private static let mostOutcomes = 255
    private static let mostOutcomeBytes = 255

    /// Rows for the journal, none longer than about `bytes`.
    static func rows(
        _ entries: ArraySlice<UsageRow>, bytes: Int
    ) throws(StoreError) -> [(row: [UInt8], earliest: Int32)] {
        var rows: [(row: [UInt8], earliest: Int32)] = []
        var rest = entries
        while let first = rest.first {
            let entriesOfRow = rest.prefix(max(1, bytes / 64))
            rest = rest.dropFirst(entriesOfRow.count)
            let earliest = entriesOfRow.reduce(first.minute) { min($0, $1.minute) }
            rows.append((try row(entriesOfRow, from: earliest), earliest))
        }
        return rows
    }

    /// A row of these entries; for those who check what rows may hold.
    package static func row(_ entries: [UsageRow]) throws(StoreError) -> [UInt8] {
        try row(entries[...], from: entries.first?.minute ?? 0)
    }

    private static func row(_ entries: ArraySlice<UsageRow>, from base: Int32) throws(StoreError) -> [UInt8] {
        // A row has few outcomes, nearly always one: a list is searched faster than a dictionary.
        var outcomes: [String] = []
        var places: [UInt64] = []
        places.reserveCapacity(entries.count)
        for entry in entries {
            if let last = places.last, outcomes[Int(last)] == entry.outcome {
                places.append(last)
            } else if let place = outcomes.firstIndex(of: entry.outcome) {
                places.append(UInt64(place))
            } else {
                guard outcomes.count < mostOutcomes, entry.outcome.utf8.count <= mostOutcomeBytes,
                    !entry.outcome.utf8.contains(0)
                else { throw StoreError(.constraint, "an outcome that usage can't name") }
                places.append(UInt64(outcomes.count))
                outcomes.append(entry.outcome)
            }
        }
        var row = JournalWriter(.usage)
        row.append(UInt64(outcomes.count))
        for outcome in outcomes { row.append(outcome.utf8) }
        row.append(signed: Int64(base))
        for (entry, place) in zip(entries, places) {
            let key = entry.key ?? UsageQuestion.noKey
            row.append(key.high, key.low)
            row.append(signed: Int64(entry.minute) - Int64(base))
            row.append(place)
            row.append(signed: entry.count)
            row.append(signed: entry.tokens)
            row.append(signed: entry.nanoUSD)
        }
        return row.sealed()
    }

    /// Every entry of a row, in its order.
    package static func entries(_ row: UnsafeRawBufferPointer) throws(StoreError) -> [UsageRow] {
        var names = OutcomeNames()
        var rows: [UsageRow] = []
        try forEach(row, &names) { entry, names in
            let key = KeyID(high: entry.high, low: entry.low)
            rows.append(
                UsageRow(
                    key: key == UsageQuestion.noKey ? nil : key, minute: entry.minute, outcome: names[entry.outcome],
                    count: entry.sums.count, tokens: entry.sums.tokens, nanoUSD: entry.sums.nanoUSD))
        }
        return rows
    }

    /// Each entry in turn; its outcome is a place in `names`, which may hold those of other rows too.
    static func forEach(
        _ row: UnsafeRawBufferPointer, _ names: inout OutcomeNames, _ visit: (UsageEntry, OutcomeNames) -> Void
    ) throws(StoreError) {
        var reader = try JournalReader(row, .usage)
        var places: [Int] = []
        for _ in 0..<(try reader.count(atMost: mostOutcomes)) {
            places.append(names.place(of: try reader.text(atMost: mostOutcomeBytes)))
        }
        let base = try reader.signed()
        guard Int32(exactly: base) != nil else { throw JournalReader.damage }
        while !reader.isAtEnd {
            let id = try reader.words()
            let (minute, overflow) = base.addingReportingOverflow(try reader.signed())
            guard !overflow, let minute = Int32(exactly: minute) else { throw JournalReader.damage }
            let outcome = try reader.count(atMost: places.count)
            guard outcome < places.count else { throw JournalReader.damage }
            let sums = UsageSums(
                count: try reader.signed(), tokens: try reader.signed(), nanoUSD: try reader.signed())
            visit(
                UsageEntry(high: id.high, low: id.low, minute: minute, outcome: places[outcome], sums: sums), names)
        }
    }
}

/// The outcomes that rows name, each once.
struct OutcomeNames {
    private var names: [String] = []

    subscript(place: Int) -> String { names[place] }

    mutating func place(of name: String) -> Int {
        if let place = names.firstIndex(of: name) { return place }
        names.append(name)
        return names.count - 1
    }
}
