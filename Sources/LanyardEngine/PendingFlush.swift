import LanyardCore
import LanyardStorage
import Synchronization

/// What waits to be written down: states that have something to flush, and tallies that their states had to give up.
final class PendingFlush: Sendable {
    /// Tallies that may wait while the store can't be written; beyond it the newest are dropped and counted.
    static let maximumTallies = 500_000

    private let states = Shards(count: 16) { States() }
    private let tallies = Mutex(Tallies())

    private struct States {
        var list: [AllowanceState] = []
    }

    private struct Tallies {
        var rows: [Key: UsageTally] = [:]
        var dropped: Int64 = 0

        struct Key: Hashable {
            let subject: Subject?
            let minute: Int32
        }

        mutating func merge(_ tally: UsageTally, of subject: Subject?) {
            let key = Key(subject: subject, minute: tally.minute)
            if rows[key] != nil {
                rows[key]?.merge(tally)
            } else if rows.count < PendingFlush.maximumTallies {
                rows[key] = tally
            } else {
                dropped += 1
            }
        }
    }

    func list(_ state: AllowanceState) {
        states.withShard(of: state.subject.low) { $0.list.append(state) }
    }

    func add(_ tally: UsageTally, of subject: Subject) {
        tallies.withLock { $0.merge(tally, of: subject) }
    }

    func countUnattributed(_ code: DenialCode, minute: Int32) {
        var tally = UsageTally(minute: minute)
        tally.countDenial(code)
        tallies.withLock { $0.merge(tally, of: nil) }
    }

    /// Takes the listed states.
    func takeStates() -> [AllowanceState] {
        var all: [AllowanceState] = []
        states.forEach { shard in
            all.append(contentsOf: shard.list)
            shard.list.removeAll(keepingCapacity: true)
        }
        return all
    }

    /// Takes the waiting tallies, and how many were dropped since the last time.
    func takeTallies() -> (tallies: [(subject: Subject?, tally: UsageTally)], dropped: Int64) {
        tallies.withLock { tallies in
            defer { tallies = Tallies() }
            return (tallies.rows.map { ($0.key.subject, $0.value) }, tallies.dropped)
        }
    }

    func giveBack(_ rows: [(subject: Subject?, tally: UsageTally)]) {
        tallies.withLock { tallies in
            for row in rows { tallies.merge(row.tally, of: row.subject) }
        }
    }
}
