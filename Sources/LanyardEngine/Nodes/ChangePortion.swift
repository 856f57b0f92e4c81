import LanyardCore
import LanyardStorage

/// Changes that follow each other, with the present state of whatever is held whole rather than cached: read in one
/// transaction, so that what is applied is at least as new as the changes.
struct ChangePortion: Sendable {
    /// Changes that one transaction reads.
    static let limit = 500

    let after: Int64
    let changes: [Change]
    /// The newest change when it was read.
    let newestEpoch: Int64
    private(set) var accounts: [AccountRecord] = []
    private(set) var policies: [(id: PolicyID, record: PolicyRecord?)] = []
    private(set) var projects: [(id: ProjectID, record: ProjectRecord?)] = []

    /// The change up to which everything is known once these have been applied.
    var end: Int64 { changes.last?.epoch ?? after }

    /// Whether there were more.
    var isLast: Bool { end == newestEpoch }

    /// `nil` where some of the changes are no longer known, or the store is behind where it was.
    init?(_ store: any StoreReading, after: Int64) throws {
        self.after = after
        newestEpoch = try store.epoch()
        guard let changes = try store.changes(after: after, limit: Self.limit) else { return nil }
        self.changes = changes
        // What has no gap ends where it must.
        guard changes.enumerated().allSatisfy({ $1.epoch == after + 1 + Int64($0) }),
            end == min(newestEpoch, after + Int64(Self.limit))
        else { return nil }
        for subject in Set(changes.map(\.subject)) {
            switch subject {
            case .account(let id): if let account = try store.account(id) { accounts.append(account) }
            case .policy(let id): policies.append((id, try store.policy(id)))
            case .project(let id): projects.append((id, try store.project(id)))
            case .key, .plan, .role, .imports: break
            }
        }
    }
}
