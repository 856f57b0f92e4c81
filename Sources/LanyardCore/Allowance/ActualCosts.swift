/// What a call turned out to have cost. A unit that isn't named cost what was reserved for it: an estimate that nobody
/// corrects stands.
package struct ActualCosts: Hashable, Sendable {
    package var requests: Int64?
    package var tokens: Int64?
    package var nanoUSD: Int64?

    package init(requests: Int64? = nil, tokens: Int64? = nil, nanoUSD: Int64? = nil) {
        self.requests = requests
        self.tokens = tokens
        self.nanoUSD = nanoUSD
    }

    /// The whole cost of a call for which `reserved` was set aside.
    package func completed(by reserved: Costs) -> Costs {
        Costs(
            requests: requests ?? reserved.requests, tokens: tokens ?? reserved.tokens,
            nanoUSD: nanoUSD ?? reserved.nanoUSD)
    }
}
