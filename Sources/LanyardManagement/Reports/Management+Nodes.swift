package import LanyardCore
import LanyardEngine

/// One node that serves from the store.
package struct NodeStatus: Sendable, Equatable {
    package let id: NodeID
    package let startedAt: Timestamp
    /// The newest change that it has applied.
    package let epoch: Int64
    /// Whether it has confirmed, within its staleness bound, that it knows every change.
    package let isCurrent: Bool
    /// When it last did.
    package let lastConfirmedAt: Timestamp
}

extension Management {
    /// The nodes that share the store. On one machine that is this one, which is alone with its store and so always
    /// knows every change.
    package func nodes(as caller: Caller) async throws -> [NodeStatus] {
        try caller.require(.nodesRead)
        return [
            NodeStatus(
                id: engine.nodeID, startedAt: engine.startedAt, epoch: engine.epoch, isCurrent: engine.isReady,
                lastConfirmedAt: now)
        ]
    }
}
