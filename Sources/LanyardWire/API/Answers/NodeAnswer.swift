package import LanyardCore

/// One node of `GET /v1/nodes`.
package struct NodeAnswer: JSONWritable, Sendable {
    package enum Status: String, Sendable {
        /// It confirmed within the staleness bound.
        case live
        /// It did not, and so denies everything.
        case silent
    }

    package var id: NodeID
    /// What people call its machine.
    package var host: String
    package var version: String
    package var startedAt: Timestamp
    /// It has applied every change up to this one.
    package var epoch: Int64
    /// How many changes it has not applied.
    package var behind: Int64
    /// Since it last confirmed.
    package var silentMilliseconds: Int64
    package var status: Status

    package init(
        id: NodeID, host: String, version: String, startedAt: Timestamp, epoch: Int64, behind: Int64,
        silentMilliseconds: Int64, status: Status
    ) {
        self.id = id
        self.host = host
        self.version = version
        self.startedAt = startedAt
        self.epoch = epoch
        self.behind = behind
        self.silentMilliseconds = silentMilliseconds
        self.status = status
    }

    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("id", id.description)
            writer.member("host", host)
            writer.member("version", version)
            writer.member("started_at", startedAt)
            writer.member("epoch", epoch)
            writer.member("behind", behind)
            writer.member("silent_ms", silentMilliseconds)
            writer.member("status", status.rawValue)
        }
    }
}
