import LanyardCore
import LanyardEngine
import LanyardManagement
import LanyardStorage
import LanyardWire

extension Endpoint {
    static let audit: [Endpoint] = [
        .get("/v1/audit", .auditRead) { try await $0.audit() },
        .get("/v1/audit/verify", .auditRead) { call in
            let found = try await call.management.verifyAudit(as: call.caller)
            return .json(AuditVerifyAnswer(entries: found.entries, firstBadSequence: found.firstBadSequence))
        },
        .get("/v1/nodes", .nodesRead) { call in
            let nodes = try await call.management.nodes(as: call.caller)
            return .json(ListAnswer(nodes.map { NodeAnswer($0) }, nextCursor: nil))
        },
    ]
}

extension NodeAnswer {
    fileprivate init(_ status: NodeStatus) {
        self.init(
            id: status.node.id, host: status.node.host, version: status.node.version, startedAt: status.node.startedAt,
            epoch: status.epoch, behind: status.behind, silentMilliseconds: status.silentMilliseconds,
            status: status.isLive ? .live : .silent)
    }
}

extension AdminCall {
    fileprivate func audit() async throws -> AdminAnswer {
        let query = try query("actor", "target", "action", "from", "to", "cursor", "limit")
        var filter = AuditFilter()
        filter.actor = try query.value("actor", "the id of a key") { KeyID($0) }
        filter.target = try query.text("target", length: 1...64)
        filter.action = try query.value("action", "an action such as key.revoke") { text in
            text.wholeMatch(of: /[a-z]+\.[a-z_]+/) == nil ? nil : text
        }
        filter.from = try query.timestamp("from")
        filter.to = try query.timestamp("to")
        let before = try query.value("cursor", "the next_cursor of an earlier answer") { text in
            // As it was given: `Int64` reads a sign and needless zeros, too.
            Int64(text).flatMap { $0.description == text ? $0 : nil }
        }
        return try await management.auditEntries(filter, before: before, limit: try query.limit(), as: caller)
            .answer(cursor: { $0.description }, { AuditEntryAnswer($0) })
    }
}

extension AuditEntryAnswer {
    fileprivate init(_ entry: AuditEntry) {
        let event = entry.event
        self.init(
            sequence: entry.sequence, at: event.at, actor: event.actor.map { ($0, event.actorName) },
            action: event.action, target: event.target, before: event.before, after: event.after,
            requestID: event.requestID, hash: entry.hash, previousHash: entry.previousHash)
    }
}
