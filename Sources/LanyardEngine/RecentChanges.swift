import LanyardCore
import LanyardStorage

// # The fill race
//
// A load reads the store, and by the time its answer would enter the cache, what it read may have been changed: the
// change was applied (there was nothing cached to drop), and the old answer would then stay for ever. So the last changes
// are remembered, and an answer enters only if nothing it depends on has a higher number than the answer itself saw. Both
// entering and applying happen under one lock, so a change is either seen by the check or drops what entered.

/// The last changes that were applied.
struct RecentChanges: Sendable {
    private static let capacity = 1024
    private var changes: [Change] = []
    private var next = 0
    /// Changes up to this number may have been forgotten.
    private var forgottenUpTo: Int64

    init(epoch: Int64) {
        forgottenUpTo = epoch
    }

    mutating func append(_ change: Change) {
        if changes.count < RecentChanges.capacity {
            changes.append(change)
        } else {
            forgottenUpTo = max(forgottenUpTo, changes[next].epoch)
            changes[next] = change
            next = (next + 1) % RecentChanges.capacity
        }
    }

    /// Whether something that `loaded` depends on may have been changed after `loaded` was read.
    func outdate(_ loaded: LoadedKey) -> Bool {
        if loaded.epoch < forgottenUpTo { return true }
        return changes.contains { change in
            guard change.epoch > loaded.epoch else { return false }
            switch change.subject {
            case .key(let id, _): return id == loaded.key.id
            case .account(let id): return id == loaded.key.account
            case .plan(let id): return id == loaded.key.plan
            case .role(let id): return loaded.key.roles.contains(id)
            case .project(let id): return id == loaded.key.project
            case .policy, .imports: return false
            }
        }
    }

    /// Whether `digest` may have become known after the store was asked for it at `epoch`.
    func mayHaveIntroduced(_ digest: SecretDigest, after epoch: Int64) -> Bool {
        if epoch < forgottenUpTo { return true }
        return changes.contains { change in
            guard change.epoch > epoch else { return false }
            switch change.subject {
            case .key(_, let digests): return digests.contains(digest)
            case .imports: return true
            case .account, .plan, .role, .project, .policy: return false
            }
        }
    }
}
