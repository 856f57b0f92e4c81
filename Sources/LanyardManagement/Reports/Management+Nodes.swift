import LanyardCore
import LanyardEngine
package import LanyardStorage

/// One node that serves from the store.
package struct NodeStatus: Sendable, Equatable {
    package let node: NodeDescription
    /// Every change up to this one has been applied by it.
    package let epoch: Int64
    /// How many changes it has not applied.
    package let behind: Int64
    /// For how long the node that answers has seen it confirm nothing.
    package let silentMilliseconds: Int64
    /// Whether it was not watched being silent beyond its staleness bound; if it was, it denies everything, and no change
    /// waits for it.
    package let isLive: Bool
}

extension Management {
    /// The nodes that share the store. On one machine that is this one, which is alone with its store and so always
    /// knows every change.
    package func nodes(as caller: Caller) async throws -> [NodeStatus] {
        try caller.require(.nodesRead)
        let (nodes, newest) = try await engine.nodes()
        return nodes.map { standing in
            NodeStatus(
                node: standing.node, epoch: standing.epoch, behind: max(0, newest - standing.epoch),
                silentMilliseconds: standing.silentMilliseconds, isLive: standing.isLive)
        }
    }
}
