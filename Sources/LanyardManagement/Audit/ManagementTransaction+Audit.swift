import LanyardCore
import LanyardStorage

extension ManagementTransaction {
    /// Appends what was done to the audit log, in the same transaction: a change without its entry can't last.
    func audit(
        _ action: AuditAction, _ target: some CustomStringConvertible, before: (any AuditSnapshot)? = nil,
        after: (any AuditSnapshot)? = nil
    ) throws {
        _ = try store.append(
            AuditEvent(
                at: now, actor: caller.keyID, actorName: caller.name, action: action.rawValue,
                target: target.description, before: try before?.text(), after: try after?.text(),
                requestID: caller.requestID))
    }
}
