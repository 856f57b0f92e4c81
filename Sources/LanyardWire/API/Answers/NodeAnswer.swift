package import LanyardCore

/// One node of `GET /v1/nodes`.
package struct NodeAnswer: JSONWritable, Sendable {
    package var id: NodeID
    package var startedAt: Timestamp
    package var version: String
    /// The newest change that it has applied.
    package var epoch: Int64
    /// The address of its data listener.
    package var data: String
    /// The address of its admin listener.
    package var admin: String
    /// Whether it has confirmed being current within its staleness bound.
    package var isCurrent: Bool
    package var lastConfirmedAt: Timestamp

    package init(
        id: NodeID, startedAt: Timestamp, version: String, epoch: Int64, data: String, admin: String, isCurrent: Bool,
        lastConfirmedAt: Timestamp
    ) {
        self.id = id
        self.startedAt = startedAt
        self.version = version
        self.epoch = epoch
        self.data = data
        self.admin = admin
        self.isCurrent = isCurrent
        self.lastConfirmedAt = lastConfirmedAt
    }

    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("id", id.description)
            writer.member("started_at", startedAt)
            writer.member("version", version)
            writer.member("epoch", epoch)
            writer.member("data", data)
            writer.member("admin", admin)
            writer.member("current", isCurrent)
            writer.member("last_confirmed_at", lastConfirmedAt)
        }
    }
}
