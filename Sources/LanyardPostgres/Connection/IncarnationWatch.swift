import LanyardCore
import LanyardStorage
import Synchronization

// # A store that went back in time
//
// Whoever restores a backup, or promotes a standby that had not yet received the last commits, gives the nodes a database
// that has forgotten what they know: a revocation, a lease. They must not go on as if nothing had happened. So each
// connection compares what it finds with what was seen through the ones before:
//
// - the server's system identifier and the store's own id: another database has taken the place of this one;
// - the timeline, which PostgreSQL counts up at each promotion and each restoration to a point in time;
// - the epoch, which never goes back, and the random mark of the newest change that was seen. A copy of the disk that
//   was put back has the same identifiers, and may have gone on to a higher epoch by other changes: there the change of
//   that number has another mark.
//
// What was seen is what a transaction of this store read or committed. It is taken before the question is asked, so that
// a commit of another connection meanwhile raises no false alarm.

/// Notices that the database is not the one that was seen before.
final class IncarnationWatch: Sendable {
    private struct State {
        var identity: Identity?
        var newest = ChangeMark(epoch: 0, mark: 0)
        var number = 0
    }

    private struct Identity: Equatable {
        let store: String
        let systemIdentifier: String
        let timeline: String
    }

    private let state = Mutex(State())
    private let didChange: @Sendable () -> Void

    /// `didChange` is called at once when another incarnation is noticed.
    init(didChange: @escaping @Sendable () -> Void) {
        self.didChange = didChange
    }

    /// Names the incarnation: another text for another one. Empty before the first connection.
    var name: String {
        state.withLock { state in
            guard let identity = state.identity else { return "" }
            return "\(identity.systemIdentifier)/\(identity.timeline)/\(identity.store)/\(state.number)"
        }
    }

    /// Takes note of a change that a transaction saw.
    func saw(_ change: ChangeMark) {
        state.withLock { if $0.newest.epoch < change.epoch { $0.newest = change } }
    }

    /// Compares what a new connection leads to with what was seen before.
    func look(through connection: PostgresConnection, _ facts: SessionFacts) throws {
        let (known, seen) = state.withLock { ($0.identity, $0.newest) }
        var values = ColumnWriter()
        values.add(seen.epoch)
        let rows = try connection.execute(
            """
            SELECT store.id::text, epoch.value, epoch.mark, (SELECT mark FROM changes WHERE epoch = $1)
            FROM store, epoch
            """, values)
        guard rows.count == 1 else { throw StoreError(.corrupted, "the store's own row is missing") }
        var columns = ColumnReader(rows, row: 0, of: "store")
        let identity = Identity(
            store: try columns.text(), systemIdentifier: facts.systemIdentifier, timeline: facts.timeline)
        let newest = ChangeMark(epoch: try columns.number(), mark: try columns.number())
        let markOfSeen = try columns.optionalNumber()
        let wentBack = newest.epoch < seen.epoch || (markOfSeen.map { $0 != seen.mark } ?? false)
        let isOther = known != nil && known != identity || seen.epoch > 0 && wentBack
        state.withLock { state in
            state.identity = identity
            guard isOther else { return }
            state.number += 1
            state.newest = newest
        }
        if isOther { didChange() }
    }
}

/// A change's number, with the random number that tells it from another change of the same number in another history.
struct ChangeMark: Sendable, Equatable {
    let epoch: Int64
    let mark: Int64
}
