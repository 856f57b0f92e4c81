/// Which node granted a call: the last 32 bits of the node's id, which are random, and of each grant's that it makes. So
/// whoever is told of a call's end knows who must hear of it.
public struct NodeMark: Hashable, Sendable {
    /// The bits.
    public let number: UInt32

    /// A node's.
    public init(_ node: NodeID) { number = UInt32(truncatingIfNeeded: node.low) }

    /// The one of the node that made a grant.
    public init(of grant: GrantID) { number = UInt32(truncatingIfNeeded: grant.low) }

    /// One that was written down.
    public init(number: UInt32) { self.number = number }
}

extension Identifier where Tag == GrantTag {
    /// A fresh one that tells its node. 30 of its lower bits are left to chance, and 12 of its upper: enough for the calls
    /// that a node grants within a millisecond.
    package static func make(by node: NodeID, atMilliseconds milliseconds: Int64) -> Self {
        let id = make(atMilliseconds: milliseconds)
        return Self(high: id.high, low: id.low & ~UInt64(UInt32.max) | UInt64(NodeMark(node).number))
    }
}
