public import LanyardCore
package import LanyardStorage
import Synchronization

/// Which nodes have confirmed a change.
public struct Acknowledgement: Sendable, Hashable {
    /// Nodes that have applied it: from now on they decide by it.
    public let acknowledgedBy: [NodeID]
    /// Nodes that live and have not confirmed it yet.
    public let pending: [NodeID]
    /// How long it took, in microseconds.
    public let elapsedMicroseconds: Int64
    /// How long it took, in milliseconds.
    public var elapsedMilliseconds: Int64 { elapsedMicroseconds / 1000 }

    package init(acknowledgedBy: [NodeID], pending: [NodeID], elapsedMicroseconds: Int64) {
        self.acknowledgedBy = acknowledgedBy
        self.pending = pending
        self.elapsedMicroseconds = elapsedMicroseconds
    }
}

extension KeyEngine {
    /// Applies committed changes: when this returns, no decision on this node goes by what was before; and if it `waits`,
    /// none on any other that lives, but those that are named.
    /// - Parameter generation: The engine's ``generation`` before they were committed: a store that has been replaced since
    ///   may have lost them.
    /// - Throws: ``EngineError`` if what replaces the old can't be read. What was cached has been dropped even then.
    @discardableResult
    package func apply(
        _ committed: [Change], since generation: Int? = nil, waits: Bool = true
    ) async throws -> Acknowledgement {
        let start = now.monotonic
        let subjects = Set(committed.map(\.subject))
        changes.withLock { changes in
            if changes.generation == generation ?? changes.generation {
                for change in committed {
                    changes.recent.append(change)
                    // Where others change the store too, only the follower knows what came before.
                    if membership == nil { changes.epoch = max(changes.epoch, change.epoch) }
                }
            }
            drop(subjects)
        }
        do {
            for subject in subjects { try await reload(subject) }
        } catch {
            fail(closed: subjects)
            throw error
        }
        if waits, let newest = committed.map(\.epoch).max() { return await acknowledge(newest, since: start) }
        let elapsed = (now.monotonic.nanoseconds - start.nanoseconds) / 1000
        return Acknowledgement(acknowledgedBy: [nodeID], pending: [], elapsedMicroseconds: elapsed)
    }

    /// Lets go of every cached answer that depends on any of `subjects`. Plans, roles and projects cost one look at each
    /// cached key, however many there are.
    func drop(_ subjects: Set<ChangeSubject>) {
        var (plans, roles, projects) = (Set<PlanID>(), Set<RoleID>(), Set<ProjectID>())
        for subject in subjects {
            switch subject {
            case .key(_, let digests): digests.forEach(cache.remove)
            case .plan(let id): plans.insert(id)
            case .role(let id): roles.insert(id)
            case .project(let id): projects.insert(id)
            case .imports(let digests):
                acceptsForeign.store(true, ordering: .relaxed)
                digests.forEach(cache.remove)
            case .account, .policy: break
            }
        }
        guard !plans.isEmpty || !roles.isEmpty || !projects.isEmpty else { return }
        let (gonePlans, goneRoles, goneProjects) = (plans, roles, projects)
        _ = cache.removeAll { key in
            if let plan = key.traits.plan, gonePlans.contains(plan) { return true }
            return goneProjects.contains(key.project) || key.traits.roles.contains(where: goneRoles.contains)
        }
    }

    /// Brings up to date what is held whole rather than cached.
    func reload(_ subject: ChangeSubject) async throws(EngineError) {
        let generation = generation
        switch subject {
        case .account(let id):
            let (record, epoch) = try await storeRead { store in (try store.account(id), try store.epoch()) }
            install(since: generation) { if let record { update(record, epoch: epoch) } }
        case .policy(let id):
            let (record, epoch) = try await storeRead { store in (try store.policy(id), try store.epoch()) }
            install(since: generation) { directory.set(record.flatMap(prepare), for: id, epoch: epoch) }
        case .project(let id):
            let (record, epoch) = try await storeRead { store in (try store.project(id), try store.epoch()) }
            install(since: generation) { directory.set(record, for: id, epoch: epoch) }
        case .key, .plan, .role, .imports: break
        }
    }

    /// Brings an account up to date in place, for all its keys at once.
    func update(_ account: AccountRecord, epoch: Int64) {
        if resolver.update(account, epoch: epoch) {
            // All else is held once for all the account's keys; its billing day is in the quotas of each.
            _ = cache.removeAll { $0.account?.id == account.id }
        }
    }

    /// What was read before everything was forgotten is forgotten too.
    private func install(since generation: Int, _ body: () -> Void) {
        changes.withLock { changes in
            if changes.generation == generation { body() }
        }
    }

    /// The new state of these could not be read. Until it can, nothing goes by the old one: keys of an account must be
    /// loaded anew, which fails as the store does, and a policy is as if there were none.
    private func fail(closed subjects: Set<ChangeSubject>) {
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
