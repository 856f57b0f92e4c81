package import LanyardCore
package import LanyardEngine

/// What the data plane asks of the engine. A protocol of its own, so that tests can make loads slow or fail.
package protocol DecisionService: DecisionNode, Sendable {
    /// Both clocks.
    var now: Now { get }
    /// Whether decisions can be taken.
    var isReady: Bool { get }
    /// Decides by what is in memory, at once.
    func decide(_ request: DecisionRequest, report: inout LimitReport) -> Decision
    /// Counts a refusal that was found without ``decide(_:report:)`` among the attempts with bad keys.
    func countAttempt(_ code: DenialCode, from address: IPAddress?, key: KeyID?)
    /// Fetches what a decision lacked.
    /// - Returns: What the next decision of the call must have.
    func resolve(_ ticket: Ticket) async throws -> CounterReceipt?
    /// Ends a call that a grant opened, for what it turned out to cost; what was reserved for it stands where `actual` is
    /// `nil`.
    func finish(_ id: GrantID, actual: ActualCosts?) -> FinishOutcome
    /// Ends a call that another node granted: what ``finish(_:actual:)`` calls `elsewhere`.
    func finishElsewhere(_ id: GrantID, actual: ActualCosts?) async throws -> FinishOutcome
    /// The policy with this name or id.
    func policy(named name: String) -> PreparedPolicy?
    /// The project with this name or id.
    func project(named name: String) -> ProjectRecord?
}

extension KeyEngine: DecisionService {}
