public import LanyardCore

// # Ends of calls, from node to node
//
// A call is open on the node that granted it, and its caller may tell any other of its end. That one leaves word in the
// store, where it lasts; the granting node looks there when it is told to and each second anyway, ends the call, and writes
// down what came of it. Each of these can be repeated, so no lost notice and no lost reply loses an end.

/// Where nodes leave word for each other that calls have ended.
public protocol SharedFinishes: Sendable {
    /// Leaves word for the nodes that granted these calls, and tells them. What was left before stays as it is.
    /// - Returns: For each, in order, what the granting node has written down; `nil` where it has not yet, and
    ///   ``PassedFinish/Outcome/unknown`` where no node that the store knows can have granted it.
    func pass(_ finishes: [PassedFinish]) async throws -> [PassedFinish.Outcome?]
    /// What granting nodes have written down.
    func outcomes(of grants: [GrantID]) async throws -> [GrantID: PassedFinish.Outcome]
    /// What was left for a node and has no outcome yet, `limit` at most.
    func finishes(passedTo node: NodeMark, limit: Int) async throws -> [PassedFinish]
    /// Writes down what came of calls that were to be ended. An outcome that stands already stays.
    func answer(_ outcomes: [GrantID: PassedFinish.Outcome]) async throws
    /// Forgets what was left longer than `age` ago, `limit` at most.
    /// - Returns: How many went.
    func forgetFinishes(olderThan age: Duration, limit: Int) async throws -> Int
}

/// The end of a call, as it is passed on.
public struct PassedFinish: Sendable, Hashable {
    /// The call.
    public var grant: GrantID
    /// Requests that it was, where its caller has said so.
    public var requests: Int64?
    /// Tokens that it took, where its caller has said so.
    public var tokens: Int64?
    /// Billionths of a dollar that it cost, where its caller has said so.
    public var nanoUSD: Int64?

    /// The end of a call.
    public init(grant: GrantID, requests: Int64? = nil, tokens: Int64? = nil, nanoUSD: Int64? = nil) {
        self.grant = grant
        self.requests = requests
        self.tokens = tokens
        self.nanoUSD = nanoUSD
    }

    /// What came of it.
    public enum Outcome: String, Sendable, Hashable {
        /// It was open, and has ended.
        case finished
        /// It had ended before.
        case alreadyFinished = "already"
        /// Its node knows of no such call.
        case unknown
    }
}
