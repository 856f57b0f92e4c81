public import LanyardCore

// # A store that many nodes share
//
// A node joins before its first read, and from then on confirms, at least each second, up to which change it has applied.
// Whoever changes something asks who has confirmed it. Each confirmation gives its node another beat; how long a node is
// silent its observers measure by their own clocks, from when they first saw its beat, and the node itself counts from when
// it asked, which is earlier. So a node stops admitting before anybody else believes it gone, and no clock that can be set
// has a say in it.
//
// A store can go back in time: restored from a backup, or failed over to a replica that had not seen everything. It is
// then another incarnation: epochs mean nothing any more, caches are flushed, and leases are void.

/// A store that several nodes open at once.
public protocol SharedStore: Store, SharedCounters, CounterRegistry, SharedFinishes, SharedPlaces {
    /// Makes the node known. Before its first read. A lease that was open under its name counts as used: who joins again
    /// has forgotten it.
    /// - Returns: The store's incarnation, and its newest change.
    func join(_ node: NodeDescription) async throws -> StoreState
    /// Says that the node has applied every change up to `epoch`.
    /// - Returns: How the store stands; `nil` where the node is not known (any more): it must join again.
    func confirm(_ node: NodeID, epoch: Int64) async throws -> StoreState?
    /// Says that the node goes. It has settled what it knows of; a lease that is open all the same counts as used.
    func leave(_ node: NodeID) async throws
    /// Forgets those of these nodes whose beat is still the one that they stood with, and counts their leases as used, and
    /// all leases of nodes that are not known.
    /// - Returns: Which went.
    func forgetNodes(_ silent: [NodeStanding]) async throws -> [NodeID]
    /// Asks the other nodes to give back what they have leased of a quota and not spent.
    func recall(_ quota: QuotaIdentity) async throws
    /// What others tell, for as long as the stream is held. Notices may be lost, or come twice: they say that it is worth
    /// looking. One is sent whenever notices may have been lost.
    func notices() -> AsyncStream<StoreNotice>
}

/// What a shared store tells its nodes.
public enum StoreNotice: Sendable, Hashable {
    /// There are changes up to this number, or there may be (`nil`).
    case changed(Int64?)
    /// A node has confirmed something.
    case confirmed
    /// Others need what is leased of this quota.
    case recalled(QuotaIdentity)
    /// Others were told that calls have ended that this node granted.
    case finishing(NodeMark)
}

/// How a shared store stands.
public struct StoreState: Sendable, Hashable {
    /// Which store it is: another text means that what was read before may never have been.
    public var incarnation: String
    /// Its newest change.
    public var epoch: Int64

    /// How a store stands.
    public init(incarnation: String, epoch: Int64) {
        self.incarnation = incarnation
        self.epoch = epoch
    }
}

/// A node as it describes itself.
public struct NodeDescription: Sendable, Hashable {
    /// One run of one process.
    public var id: NodeID
    /// What people call the machine.
    public var host: String
    /// The version of Lanyard.
    public var version: String
    /// When it was started.
    public var startedAt: Timestamp
    /// It denies by itself once it has not confirmed for so long, in milliseconds; nodes may differ in it.
    public var stalenessBoundMilliseconds: Int64

    /// A node.
    public init(
        id: NodeID, host: String, version: String, startedAt: Timestamp, stalenessBoundMilliseconds: Int64
    ) {
        self.id = id
        self.host = host
        self.version = version
        self.startedAt = startedAt
        self.stalenessBoundMilliseconds = stalenessBoundMilliseconds
    }
}

/// A node as the store knows it.
public struct NodeStanding: Sendable, Hashable {
    /// As it described itself.
    public var node: NodeDescription
    /// It has applied every change up to this one.
    public var epoch: Int64
    /// Another number with each of its confirmations, and each time that it joins: one that the node has never had before,
    /// in no state that the store may be brought back to either, so best a random one.
    public var beat: Int64

    /// A node.
    public init(node: NodeDescription, epoch: Int64, beat: Int64) {
        self.node = node
        self.epoch = epoch
        self.beat = beat
    }
}
