public import LanyardCore
package import LanyardStorage
import Synchronization

/// Which nodes have confirmed a change.
public struct Acknowledgement: Sendable, Hashable {
    /// Nodes that have applied it: from now on they decide by it.
    public let acknowledgedBy: [NodeID]
    /// Nodes that live and have not confirmed it yet.
    public let pending: [NodeID]
    /// How long it took, in milliseconds.
    public let elapsedMilliseconds: Int64

    package init(acknowledgedBy: [NodeID], pending: [NodeID], elapsedMilliseconds: Int64) {
        self.acknowledgedBy = acknowledgedBy
        self.pending = pending
        self.elapsedMilliseconds = elapsedMilliseconds
    }
}

extension KeyEngine {
    /// Applies committed changes: when this returns, no decision on this node goes by what was before.
    /// - Throws: ``EngineError`` if what replaces the old can't be read. What was cached has been dropped even then.
    @discardableResult
    package func apply(_ committed: [Change]) async throws -> Acknowledgement {
        let start = now.monotonic
        changes.withLock { changes in
            for change in committed {
                changes.recent.append(change)
                changes.epoch = max(changes.epoch, change.epoch)
                drop(change.subject)
            }
        }
        do {
            for change in committed { try await reload(change.subject) }
        } catch {
            fail(closed: committed.map(\.subject))
            throw error
        }
        let elapsed = (now.monotonic.nanoseconds - start.nanoseconds) / 1_000_000
        return Acknowledgement(acknowledgedBy: [nodeID], pending: [], elapsedMilliseconds: elapsed)
    }

    /// Lets go of every cached answer that depends on `subject`.
    private func drop(_ subject: ChangeSubject) {
        switch subject {
        case .key(_, let digests): digests.forEach(cache.remove)
        case .plan(let id): _ = cache.removeAll { $0.traits.plan == id }
        case .role(let id): _ = cache.removeAll { $0.traits.roles.contains(id) }
        case .project(let id): _ = cache.removeAll { $0.project == id }
        case .imports(let digests):
            acceptsForeign.store(true, ordering: .relaxed)
            digests.forEach(cache.remove)
        case .account, .policy: break
        }
    }

    /// Brings up to date what is held whole rather than cached.
    func reload(_ subject: ChangeSubject) async throws(EngineError) {
        switch subject {
        case .account(let id):
            let (record, epoch) = try await storeRead { store in (try store.account(id), try store.epoch()) }
            if let record, resolver.update(record, epoch: epoch) {
                // All else is held once for all the account's keys; its billing day is in the quotas of each.
                _ = cache.removeAll { $0.account?.id == id }
            }
        case .policy(let id):
            let (record, epoch) = try await storeRead { store in (try store.policy(id), try store.epoch()) }
            directory.set(record.flatMap(prepare), for: id, epoch: epoch)
        case .project(let id):
            let (record, epoch) = try await storeRead { store in (try store.project(id), try store.epoch()) }
            directory.set(record, for: id, epoch: epoch)
        case .key, .plan, .role, .imports: break
        }
    }

    /// The new state of these could not be read. Until it can, nothing goes by the old one: keys of an account must be
    /// loaded anew, which fails as the store does, and a policy is as if there were none.
    private func fail(closed subjects: [ChangeSubject]) {
        changes.withLock { changes in
            for subject in subjects {
                switch subject {
                case .account(let id): _ = cache.removeAll { $0.account?.id == id }
                case .policy(let id): directory.set(nil, for: id, epoch: changes.epoch)
                case .project, .key, .plan, .role, .imports: break
                }
                changes.unread.insert(subject)
            }
        }
    }

    /// Reads again what could not be read.
    func reloadUnread() async {
        let subjects = changes.withLock { changes in
            defer { changes.unread = [] }
            return changes.unread
        }
        for subject in subjects {
            do {
                try await reload(subject)
            } catch {
                changes.withLock { _ = $0.unread.insert(subject) }
            }
        }
    }
}
