/// What a decision judges. It points into the caller's memory and must not outlive the call.
package struct DecisionRequest {
    /// The key as it was presented.
    package enum Presented {
        case nothing
        /// Two different Lanyard secrets.
        case ambiguous
        case text(UnsafeRawBufferPointer)
        /// A secret that was already hashed: a resumed decision, or `explain` by key.
        case digest(SecretDigest)
    }

    package var presented: Presented
    package var demand: Demand
    package var address: IPAddress?
    package var method: HTTPMethodName?
    /// The request's path without its query; `nil` where the way in knows none.
    package var path: UnsafeRawBufferPointer?
    package var proof: ProofRequirement = .any
    /// What the counters have answered for this call, if they were asked.
    package var receipt: CounterReceipt?

    package init(
        presented: Presented, demand: Demand, address: IPAddress? = nil, method: HTTPMethodName? = nil,
        path: UnsafeRawBufferPointer? = nil
    ) {
        self.presented = presented
        self.demand = demand
        self.address = address
        self.method = method
        self.path = path
    }
}

/// What must be fetched before a decision can be taken.
package enum Ticket: Sendable, Hashable {
    /// The digest is in no cache. If nothing has it, the look-up counts against the address.
    case load(SecretDigest, from: IPAddress?)
    /// Whether a key's allowances and its account's suffice, can't be told before somebody was asked.
    case allowances(key: Subject, account: Subject?, Costs, Authorities)

    /// Who must be asked.
    package struct Authorities: OptionSet, Sendable, Hashable {
        package let rawValue: UInt8

        package init(rawValue: UInt8) { self.rawValue = rawValue }

        /// The ledger, for quotas.
        package static let ledger = Authorities(rawValue: 1)
        /// The counters, for limits that several nodes count together. Asking charges: the answer is a
        /// ``CounterReceipt``, which the call must bring along when it is decided anew.
        package static let counters = Authorities(rawValue: 2)
        /// Those who count the calls in flight on all nodes, for a place.
        package static let places = Authorities(rawValue: 4)
    }
}

/// The outcome of a decision.
package enum Decision: Sendable {
    case grant(Granted)
    case deny(Denial)
    case needs(Ticket)
}

/// A granted request.
package struct Granted: Sendable {
    package let key: ResolvedKey
    /// Names the open call where the key bounds its calls in flight.
    package let grantID: GrantID?
    /// What was charged: less than demanded where the demand let itself be clamped.
    package let costs: Costs

    package init(key: ResolvedKey, grantID: GrantID?, costs: Costs) {
        self.key = key
        self.grantID = grantID
        self.costs = costs
    }
}

/// What a decision asks of its node. Every member is synchronous and does no I/O.
package protocol DecisionNode {
    /// Whether texts that aren't native secrets may be keys: something was imported.
    var acceptsForeignSecrets: Bool { get }
    /// Whether this node has confirmed within the staleness bound that it knows every change.
    func isCurrent(at now: MonotonicInstant) -> Bool
    func find(_ digest: SecretDigest) -> Lookup
    /// How long `address` must wait before it may cause another look-up in the store; `nil` if it may now.
    func lookUpWait(for address: IPAddress?, at now: MonotonicInstant) -> Int64?
    /// Remembers an open call, to be ended by its id or by time. `nil` if there is no room: then a call that holds a place
    /// in flight is refused, and a reservation stays charged.
    func openCall(_ call: OpenedCall, at now: MonotonicInstant) -> GrantID?
    /// The state's quotas want something of the ledger, and the state is in no list yet.
    func needsLedger(_ state: AllowanceState)
    /// The state has something to flush and is in no list yet.
    func needsFlush(_ state: AllowanceState)
    /// A minute is over before its tally was flushed.
    func retire(_ tally: UsageTally, of subject: Subject)
    /// A refusal that belongs to no key.
    func countUnattributed(_ code: DenialCode, now: Now)
}

/// A call that was granted and whose end is to be told.
package struct OpenedCall: Sendable {
    package let state: AllowanceState
    /// Whether it counts as one in flight.
    package let isInFlight: Bool
    /// What can come back of its costs.
    package let reservation: Reservation?
}

/// What a node knows of a digest.
package enum Lookup: Sendable {
    case found(ResolvedKey)
    /// No key has it.
    case absent
    /// It must be asked of the store.
    case unloaded
}
