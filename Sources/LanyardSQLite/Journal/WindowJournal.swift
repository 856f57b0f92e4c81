package import LanyardCore
package import LanyardStorage

// # Windows in the journal
//
//     subject's kind (1 byte), what (1 byte), subject's id (16 bytes)
//
// `what` is 0 where all windows of the subject are gone. Else it is the unit and the source of a window, and there follow
// the window's length, its newest bucket, the number of bytes of the amounts, and the amounts, the oldest first: how many
// there are, then each; a 0 stands for as many zeros as the number after it says, and one more.

/// What the journal says of windows.
package enum WindowEntry: Hashable, Sendable {
    case saved(SavedWindow)
    /// Everything that was said of this subject before is void.
    case forgotten(Subject)
}

/// Which window an entry is about: numbers alone, for it is compared thousands of times a second.
struct WindowPlace: Hashable {
    let high: UInt64
    let low: UInt64
    let lengthMilliseconds: Int64
    let subjectKind: UInt8
    /// 0 is for all of the subject's.
    let what: UInt8

    func hash(into hasher: inout Hasher) {
        hasher.combine(low)
        hasher.combine(lengthMilliseconds)
        hasher.combine(what)
    }

    init(high: UInt64, low: UInt64, lengthMilliseconds: Int64, subjectKind: UInt8, what: UInt8) {
        (self.high, self.low, self.lengthMilliseconds) = (high, low, lengthMilliseconds)
        (self.subjectKind, self.what) = (subjectKind, what)
    }

    init(_ window: SavedWindow) {
        self.init(
            high: window.subject.high, low: window.subject.low,
            lengthMilliseconds: window.identity.windowMilliseconds, subjectKind: window.subject.kind.rawValue,
            what: Self.number(window.identity.unit) * 3 + Self.number(window.identity.source) + 1)
    }

    /// All windows of the same subject.
    var wholeSubject: WindowPlace {
        WindowPlace(high: high, low: low, lengthMilliseconds: 0, subjectKind: subjectKind, what: 0)
    }

    var subject: Subject? {
        Subject.Kind(rawValue: subjectKind).map { Subject(kind: $0, high: high, low: low) }
    }

    var identity: WindowIdentity? {
        guard 1...9 ~= what else { return nil }
        let units: [AllowanceUnit] = [.requests, .tokens, .usd]
        let sources: [AllowanceSource] = [.key, .plan, .account]
        return WindowIdentity(
            unit: units[Int(what - 1) / 3], windowMilliseconds: lengthMilliseconds, source: sources[Int(what - 1) % 3])
    }

    private static func number(_ unit: AllowanceUnit) -> UInt8 {
        switch unit {
        case .requests: 0
        case .tokens: 1
        case .usd: 2
        }
    }

    private static func number(_ source: AllowanceSource) -> UInt8 {
        switch source {
        case .key: 0
        case .plan: 1
        case .account: 2
        }
    }
}

/// Writes and reads rows of windows.
package enum WindowJournal {
    /// What a window has, and a few to spare.
    package static let mostAmounts = 64
    /// Each amount takes at most 10 bytes.
    private static let mostBodyBytes = 1 + mostAmounts * 10

    static func append(_ entry: WindowEntry, to row: inout JournalWriter) throws(StoreError) {
        switch entry {
        case .forgotten(let subject):
            row.append(subject.kind.rawValue)
            row.append(UInt8(0))
            row.append(subject.high, subject.low)
        case .saved(let window):
            try append(window, to: &row)
        }
    }

    private static func append(_ window: SavedWindow, to row: inout JournalWriter) throws(StoreError) {
        let place = WindowPlace(window)
        let amounts = window.snapshot.amounts
        guard amounts.count <= mostAmounts else { throw StoreError(.constraint, "a window has too many amounts") }
        row.append(place.subjectKind)
        row.append(place.what)
        row.append(place.high, place.low)
        row.append(signed: place.lengthMilliseconds)
        row.append(signed: window.snapshot.head)
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: mostBodyBytes) { body in
            let length = write(amounts, into: body)
            row.append(UnsafeBufferPointer(rebasing: body[..<length]))
        }
    }

    /// - Returns: How many bytes the amounts take.
    private static func write(_ amounts: [Int64], into body: UnsafeMutableBufferPointer<UInt8>) -> Int {
        var length = 0
        func put(_ number: UInt64) {
            var rest = number
            while rest >= 0x80 {
                body[length] = UInt8(truncatingIfNeeded: rest) | 0x80
                rest >>= 7
                length += 1
            }
            body[length] = UInt8(truncatingIfNeeded: rest)
            length += 1
        }
        put(UInt64(amounts.count))
        var index = 0
        while index < amounts.count {
            put(UInt64(bitPattern: amounts[index]))
            var next = index + 1
            if amounts[index] == 0 {
                while next < amounts.count, amounts[next] == 0 { next += 1 }
                put(UInt64(next - index - 1))
            }
            index = next
        }
        return length
    }

    /// A row of these entries; for those who check what rows may hold.
    package static func row(_ entries: [WindowEntry]) throws(StoreError) -> [UInt8] {
        var row = JournalWriter(.windows)
        for entry in entries { try append(entry, to: &row) }
        return row.sealed()
    }

    /// Every entry of a row, in its order.
    package static func entries(_ row: UnsafeRawBufferPointer) throws(StoreError) -> [WindowEntry] {
        var entries: [WindowEntry] = []
        try forEach(row) { (place, body) throws(StoreError) in entries.append(try entry(place, body)) }
        return entries
    }

    /// Each entry in turn, with what is left to read of it.
    static func forEach(
        _ row: UnsafeRawBufferPointer, _ visit: (WindowPlace, JournalReader?) throws(StoreError) -> Void
    ) throws(StoreError) {
        var reader = try JournalReader(row, .windows)
        while !reader.isAtEnd {
            let (kind, what) = (try reader.byte(), try reader.byte())
            let id = try reader.words()
            guard Subject.Kind(rawValue: kind) != nil, what <= 9 else { throw JournalReader.damage }
            let length = what == 0 ? 0 : try reader.signed()
            let place = WindowPlace(
                high: id.high, low: id.low, lengthMilliseconds: length, subjectKind: kind, what: what)
            if what == 0 {
                try visit(place, nil)
                continue
            }
            let start = reader
            _ = try reader.signed()
            _ = try reader.part(reader.count(atMost: mostBodyBytes))
            try visit(place, start)
        }
    }

    /// The entry whose place and rest ``forEach(_:_:)`` has told.
    static func entry(_ place: WindowPlace, _ rest: JournalReader?) throws(StoreError) -> WindowEntry {
        guard let subject = place.subject else { throw JournalReader.damage }
        guard var rest else { return .forgotten(subject) }
        guard let identity = place.identity else { throw JournalReader.damage }
        let head = try rest.signed()
        var body = try rest.part(rest.count(atMost: mostBodyBytes))
        let amounts = try amounts(&body)
        return .saved(
            SavedWindow(
                subject: subject, identity: identity, snapshot: WindowSnapshot(head: head, amounts: amounts)))
    }

    private static func amounts(_ body: inout JournalReader) throws(StoreError) -> [Int64] {
        let count = try body.count(atMost: mostAmounts)
        var amounts: [Int64] = []
        amounts.reserveCapacity(count)
        while amounts.count < count {
            let amount = try body.number()
            amounts.append(Int64(bitPattern: amount))
            if amount == 0 {
                for _ in 0..<(try body.count(atMost: count - amounts.count)) { amounts.append(0) }
            }
        }
        guard body.isAtEnd else { throw JournalReader.damage }
        return amounts
    }
}
