import LanyardCore
import LanyardStorage
import Synchronization

// # The table of allowance states
//
// It owns the state of every key and account in use. A cached key refers to its state, so that a decision needs no
// look-up here; the table only hands states out when keys are loaded, and drops those that nobody refers to and that
// count nothing. Whether somebody refers to one is told by its reference count, looked at under the lock under which
// states are handed out: if the table's is the only reference then, nobody can gain another meanwhile.

final class AllowanceTable: Sendable {
    private let states: Shards<States>
    private let capacity: Int
    /// Whether windows are counted together with other nodes.
    private let countsTogether: Bool
    private let nextSweep = Atomic<Int>(0)
    private let refusals = Atomic<Int64>(0)

    struct States {
        var bySubject = ReferenceTable<AllowanceState>()
    }

    init(capacity: Int, countsTogether: Bool = false) {
        self.capacity = capacity
        self.countsTogether = countsTogether
        states = Shards { States() }
    }

    /// The state of `subject`, made if there is none; `nil` if the table is full.
    func state(for subject: Subject) -> AllowanceState? {
        states.withShard(of: subject.low) { shard in
            if let state = shard.bySubject[subject] { return state }
            guard shard.bySubject.count < capacity / states.count + 1 else {
                refusals.add(1, ordering: .relaxed)
                return nil
            }
            let state = AllowanceState(subject: subject, countsTogether: countsTogether)
            shard.bySubject.insert(state)
            return state
        }
    }

    /// The state of `subject` if there is one.
    func existingState(for subject: Subject) -> AllowanceState? {
        states.withShard(of: subject.low) { $0.bySubject[subject] }
    }

    /// Takes over what an earlier process saved; before anything else uses the table.
    func restore(_ windows: [SavedWindow]) {
        for (subject, windows) in Dictionary(grouping: windows, by: \.subject) {
            state(for: subject)?.restore(windows)
        }
    }

    var all: [AllowanceState] {
        var all: [AllowanceState] = []
        states.forEach { shard in shard.bySubject.forEach { all.append($0) } }
        return all
    }

    var count: Int {
        var count = 0
        states.forEach { count += $0.bySubject.count }
        return count
    }

    /// How often a state was refused because the table was full.
    var refusalCount: Int64 { refusals.load(ordering: .relaxed) }

    /// Looks through a part of the table and forgets what nobody needs. Called once a second, it comes round in a minute.
    func sweep(now: MonotonicInstant) {
        let turn = nextSweep.add(1, ordering: .relaxed).oldValue
        states.withShard(of: UInt64(turn)) { shard in
            _ = shard.bySubject.removeAll { state, isUnshared in isUnshared && state.isForgettable(now: now) }
        }
    }
}

extension AllowanceState: TableElement {
    static func hash(_ key: Subject) -> UInt64 { TableSeed.hash(key.low, key.high) }
    var tableKey: Subject { subject }
    func has(_ key: Subject) -> Bool { subject == key }
}
