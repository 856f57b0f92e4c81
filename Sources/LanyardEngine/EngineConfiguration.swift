import LanyardCore
import LanyardStorage

/// The bounds of an engine. The defaults suit a server with a few hundred thousand active keys.
public struct EngineConfiguration: Sendable {
    /// Bytes that cached keys may take, about; the least used are let go.
    public var cacheBytes = 256 * 1024 * 1024
    /// Digests that are remembered as belonging to no key.
    public var absentDigests = 65_536
    /// Keys and accounts whose windows and tallies are held; beyond it, loading another key fails closed.
    public var trackedSubjects = 4_000_000
    /// Look-ups in the store under way at once; beyond it, a miss is refused as unavailable.
    public var concurrentLoads = 1024
    /// Look-ups that found nothing, allowed to one address in a minute.
    public var unknownKeysPerMinute = 300
    /// Calls held open at once over all keys.
    public var openCalls = 1_000_000
    /// How long a call may stay open without being finished.
    public var callTimeout: Duration = .seconds(600)
    /// How long a node may go without confirming that it knows every change before it denies. A node that is alone with its
    /// store always knows.
    public var stalenessBound: Duration = .seconds(30)
    /// How long a narrowing change waits until the other nodes have confirmed it; whoever has not is named then.
    public var acknowledgementTimeout: Duration = .seconds(5)
    /// Changes that wait at once; those beyond are told what is known.
    public var concurrentAcknowledgements = 1024
    /// What the other nodes are told that this machine is called.
    public var host = SystemHost.name
    /// What the other nodes are told of this program.
    public var version = "embedded"
    /// How long after usage and windows were written down they are written down again. A crash may forget a second of
    /// them: this is less, so that the writing too is done within it.
    public var flushInterval: Duration = .milliseconds(750)
    /// How long usage is kept by the minute; what is older is put together by the hour.
    public var usageByMinute: Duration = .seconds(14 * 86_400)
    /// How long usage is kept at all.
    public var usageRetention: Duration = .seconds(400 * 86_400)
    /// So many refused attempts of one sort (malformed, unknown, or no longer valid) from one address within a minute are
    /// worth a warning in the log; 0 for none.
    public var attemptWarning = 100

    /// The defaults.
    public init() {}

    /// What the other nodes are told of this one.
    func description(of id: NodeID, startedAt: Timestamp) -> NodeDescription {
        // Rounded up: nobody may believe it gone too early.
        let bound = stalenessBound.wholeNanoseconds
        return NodeDescription(
            id: id, host: host, version: version, startedAt: startedAt,
            stalenessBoundMilliseconds: bound / 1_000_000 + (bound % 1_000_000 > 0 ? 1 : 0))
    }
}
