import LanyardCore
import LanyardStorage

/// The usage of rows of the journal, added up by key, minute and outcome.
struct MergedUsage {
    struct Place: Hashable {
        let high: UInt64
        let low: UInt64
        let minute: Int32
        let outcome: Int32

        func hash(into hasher: inout Hasher) {
            hasher.combine(low)
            hasher.combine(minute &* 64 &+ outcome)
        }
    }

    private(set) var sums: [Place: UsageSums] = [:]
    private(set) var names = OutcomeNames()
    /// Only these minutes are taken.
    private let minutes: Range<Int32>?
    /// Only this key is.
    private let key: KeyID?

    init(minutes: Range<Int32>? = nil, key: KeyID? = nil) {
        self.minutes = minutes
        self.key = key
    }

    mutating func merge(_ row: UnsafeRawBufferPointer) throws(StoreError) {
        var sums = consumeSums()
        try UsageJournal.forEach(row, &names) { [minutes, key] entry, _ in
            if let minutes, !minutes.contains(entry.minute) { return }
            if let key, key.low != entry.low || key.high != entry.high { return }
            let place = Place(
                high: entry.high, low: entry.low, minute: entry.minute, outcome: Int32(entry.outcome))
            sums[place, default: UsageSums(count: 0, tokens: 0, nanoUSD: 0)].add(entry.sums)
        }
        self.sums = sums
    }

    /// Takes the sums out, so that they are changed where they are and not copied.
    private mutating func consumeSums() -> [Place: UsageSums] {
        defer { sums = [:] }
        return sums
    }

    /// In the order of keys, and of minutes within them: neighbours in the tables' indexes come together.
    var rows: [UsageRow] {
        sums.map { place, sums in
            let key = KeyID(high: place.high, low: place.low)
            return UsageRow(
                key: key == UsageQuestion.noKey ? nil : key, minute: place.minute,
                outcome: names[Int(place.outcome)], count: sums.count, tokens: sums.tokens, nanoUSD: sums.nanoUSD)
        }.sorted { left, right in
            let (leftKey, rightKey) = (left.key ?? UsageQuestion.noKey, right.key ?? UsageQuestion.noKey)
            return leftKey == rightKey ? left.minute < right.minute : leftKey < rightKey
        }
    }
}
