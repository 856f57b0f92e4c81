public import LanyardCore

// # Places in flight, counted over all nodes
//
// A key that bounds its calls in flight has so many places, and a node grants only into places that it holds. The store
// writes down how many each node holds, and gives no more than there are:
//
//     the sum of what known nodes hold <= maximum          (unless the maximum was lowered below what is open)
//
// A claim names what the node wants to hold afterwards, not by how much it wants more: asked again after a lost reply it
// changes nothing. A node lowers what it holds by itself first, and then tells; it holds more only once it was told so. So
// the store never counts fewer places than a node believes to hold. What a node held that is no longer known is free.

/// Where nodes count together how many calls a subject has in flight.
public protocol SharedPlaces: Sendable {
    /// Sets how many places a node holds of each subject; no subject twice.
    /// - Returns: How many it holds now, in order: what it wanted, or as many as there are, and never fewer than the claim's
    ///   floor. None for a node that is not known.
    func hold(_ claims: [PlaceClaim], by node: NodeID) async throws -> [Int64]
}

/// How many places a node wants to hold.
public struct PlaceClaim: Sendable, Hashable {
    /// Whose.
    public var subject: Subject
    /// What the node holds in any case: it has as many calls open, or may have by the time that it hears the answer.
    public var floor: Int64
    /// What it wants to hold.
    public var wanted: Int64
    /// Places that there are.
    public var maximum: Int64

    /// A claim.
    public init(subject: Subject, floor: Int64, wanted: Int64, maximum: Int64) {
        self.subject = subject
        self.floor = floor
        self.wanted = wanted
        self.maximum = maximum
    }

    /// What is held of it, where other nodes hold `others`.
    public func granted(besides others: Int64) -> Int64 {
        max(floor, min(wanted, maximum - min(others, maximum)), 0)
    }
}
