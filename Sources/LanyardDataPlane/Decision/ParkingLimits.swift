package import NIOCore

/// How many requests may wait for the store, and how long.
package struct ParkingLimits: Sendable, Hashable {
    /// Requests that wait at once, on each event loop.
    package var callsOnEachLoop = 1024
    /// How long one waits before it is denied `unavailable`.
    package var deadline = TimeAmount.seconds(2)

    package init() {}
}
