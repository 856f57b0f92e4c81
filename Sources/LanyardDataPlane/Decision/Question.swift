import LanyardCore
import LanyardHTTP

/// What is asked of a decision, in memory of its own: a request that waits for the store asks again when it goes on.
struct Question {
    enum Key {
        /// As it stands in the request's fields.
        case presented(PresentedKey)
        /// As somebody else names it.
        case named(Secret?)
    }

    var key: Key
    var demand: Demand
    var address: IPAddress?
    var method: HTTPMethodName?
    var path: Substring?

    /// Decides at once, by what is in memory.
    func decide(
        on service: any DecisionService, receipt: CounterReceipt? = nil, report: inout LimitReport
    ) -> Decision {
        guard let path else { return decide(on: service, path: nil, receipt, report: &report) }
        return path.withBytes { decide(on: service, path: $0, receipt, report: &report) }
    }

    private func decide(
        on service: any DecisionService, path: UnsafeRawBufferPointer?, _ receipt: CounterReceipt?,
        report: inout LimitReport
    ) -> Decision {
        withKey { presented in
            var request = DecisionRequest(
                presented: presented, demand: demand, address: address, method: method, path: path)
            request.receipt = receipt
            return service.decide(request, report: &report)
        }
    }

    func withKey<Result>(_ body: (DecisionRequest.Presented) -> Result) -> Result {
        switch key {
        case .presented(let key): key.withPresented(body)
        case .named(let secret?): secret.withUnsafeBytes { body(.text($0)) }
        case .named(nil): body(.nothing)
        }
    }

    /// What would have to be fetched, were it decided now. Tells nothing that decides: only what to fetch ahead of time.
    func missing(on service: any DecisionService) -> Ticket? {
        withKey { presented in
            guard case .success(let digest) = Steps.identify(presented, acceptsForeign: service.acceptsForeignSecrets),
                case .unloaded = service.find(digest),
                service.lookUpWait(for: address, at: service.now.monotonic) == nil
            else { return nil }
            return .load(digest, from: address)
        }
    }

    /// The key that the question is about, if this node knows whose secret it is.
    func knownKey(on service: any DecisionService) -> ResolvedKey? {
        withKey { presented in
            guard case .success(let digest) = Steps.identify(presented, acceptsForeign: service.acceptsForeignSecrets),
                case .found(let key) = service.find(digest)
            else { return nil }
            return key
        }
    }
}
