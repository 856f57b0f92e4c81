import Synchronization

/// Whether a server still wants new callers. Both listeners of a server ask the same one, so that `/readyz` tells the same
/// on either from the moment on when the server is told to end, and before they close.
package final class ServingState: Sendable {
    private let drains = Atomic(false)

    package init() {}

    package var isDraining: Bool { drains.load(ordering: .acquiring) }

    /// There is no way back.
    package func beginDraining() { drains.store(true, ordering: .releasing) }
}
