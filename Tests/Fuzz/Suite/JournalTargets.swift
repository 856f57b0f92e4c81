import FuzzKit
import LanyardCore
import LanyardSQLite
import LanyardStorage

/// What a store's journal holds: bytes from a disk.
extension FuzzTarget {
    static let journal = [windowJournal, usageJournal]

    /// A row, whose checksum is made right: else hardly any case would get beyond it.
    private static func repaired(_ bytes: [UInt8], _ kind: JournalKind) -> [UInt8] {
        // Where the version was changed, the row stays as it is.
        JournalRow.resealed(bytes, kind) ?? bytes
    }

    /// What was read is written and read again: nothing changes, and every row that is read could have been written.
    private static func check<Entry: Equatable>(
        _ bytes: [UInt8], _ kind: JournalKind,
        read: (UnsafeRawBufferPointer) throws(StoreError) -> [Entry], write: ([Entry]) throws(StoreError) -> [UInt8]
    ) -> Verdict {
        let row = repaired(bytes, kind)
        let entries: [Entry]
        do {
            entries = try row.withUnsafeBytes { try read($0) }
        } catch {
            return (error as? StoreError)?.code == .corrupted ? .refused : .broken("refused with \(error)")
        }
        do {
            let again = try write(entries)
            let reread = try again.withUnsafeBytes { try read($0) }
            return reread == entries ? .accepted : .broken("what was read is not what is written")
        } catch {
            return .broken("what was read can't be written: \(error)")
        }
    }

    private static let windowJournal: FuzzTarget = {
        let subject = Subject(kind: .account, high: 1, low: 2)
        let window = SavedWindow(
            subject: subject, identity: WindowIdentity(unit: .usd, windowMilliseconds: 60_000, source: .plan),
            snapshot: WindowSnapshot(head: 900, amounts: [0, 0, 1, 300, 0, 70_000]))
        return FuzzTarget(
            rows: "window-journal",
            seeds: [try? WindowJournal.row([.saved(window), .forgotten(subject)]), try? WindowJournal.row([])],
            tokens: [
                [1, 0], [1, 1], [2, 9], [0, 32], [0x80, 0x80, 1], [0x80, 0], [UInt8](repeating: 0xFF, count: 10),
            ]
        ) { bytes in
            check(
                bytes, .windows, read: { row throws(StoreError) in try WindowJournal.entries(row) },
                write: { entries throws(StoreError) in try WindowJournal.row(entries) })
        }
    }()

    private static let usageJournal: FuzzTarget = {
        let rows = [
            UsageRow(key: nil, minute: 29_000_000, outcome: "unknown_key", count: 3),
            UsageRow(key: KeyID(high: 1, low: 2), minute: 29_000_001, outcome: "ok", count: 9, tokens: 7, nanoUSD: 500),
        ]
        return FuzzTarget(
            rows: "usage-journal", seeds: [try? UsageJournal.row(rows), try? UsageJournal.row([])],
            tokens: [[1, 2, 0x6F, 0x6B], [0], [0x80, 1], [0xFF, 0xFF, 0xFF, 0xFF, 0x0F], [0xC3, 0x28]]
        ) { bytes in
            check(
                bytes, .usage, read: { row throws(StoreError) in try UsageJournal.entries(row) },
                write: { entries throws(StoreError) in try UsageJournal.row(entries) })
        }
    }()

    private init(
        rows name: String, seeds: [[UInt8]?], tokens: [[UInt8]], check: @escaping @Sendable ([UInt8]) -> Verdict
    ) {
        self.init(bytes: name, rawSeeds: seeds.compactMap { $0 }, rawTokens: tokens, check: check)
    }
}
