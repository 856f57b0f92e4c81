import LanyardCore
import LanyardEngine
import LanyardHTTP
import LanyardManagement
import NIOCore

// Which bodies are kept. Whoever presents no key that may ask gets the same answer whatever its body says, so that body is
// read past and never kept: that takes the look-up of the key before the body is read. Of those who may ask, each body is
// bounded by what its call can need, and all together by one budget.

extension DataPlaneResponder {
    func planBody(of request: IncomingRequest, from peer: ConnectionPeer) -> BodyPlan {
        guard let route = request.target.withPath({ Route(path: $0) }) else {
            return .now(.discard(atMost: limits.bodyBytes))
        }
        switch route {
        case .authorize, .health, .readiness: return .now(.discard(atMost: limits.bodyBytes))
        case .ownKey: return .now(.discard(atMost: smallBodyBytes))
        case .authorizeByPolicy(let name, _):
            // The key itself may be in there.
            guard let policy = decisions.policy(named: request.target.part(name)), policy.readsBodies else {
                return .now(.discard(atMost: limits.bodyBytes))
            }
            return .now(collect(request, atMost: limits.bodyBytes))
        case .verify, .verifyBatch:
            return planBody(of: request, from: peer, atMost: limits.bodyBytes, demand: VerifyCaller.demand)
        case .finish: return planBody(of: request, from: peer, atMost: smallBodyBytes, demand: VerifyCaller.demand)
        case .rotateOwnKey, .revokeOwnKey:
            return planBody(of: request, from: peer, atMost: smallBodyBytes, demand: nil)
        }
    }

    private var smallBodyBytes: Int { min(limits.smallBodyBytes, limits.bodyBytes) }

    /// - Parameter demand: what the key must be and hold to be asked what it wants; `nil` where any known key is.
    private func planBody(
        of request: IncomingRequest, from peer: ConnectionPeer, atMost limit: Int, demand: Demand?
    ) -> BodyPlan {
        let key = KeyReader.standard.read(RequestFields(request.head))
        let identified = key.withPresented {
            Steps.identify($0, acceptsForeign: decisions.acceptsForeignSecrets)
        }
        guard case .success(let digest) = identified else { return .now(.discard(atMost: limit)) }
        let use = {
            guard case .found(let key) = self.decisions.find(digest), self.mayAsk(key, demand, from: peer) else {
                return BodyUse.discard(atMost: limit)
            }
            return self.collect(request, atMost: limit)
        }
        guard case .unloaded = decisions.find(digest) else { return .now(use()) }
        // Who may not look up any more is told so by the decision.
        guard decisions.lookUpWait(for: peer.address, at: decisions.now.monotonic) == nil else {
            return .now(.discard(atMost: limit))
        }
        let call = KeyLookUp(requestID: requestID(for: request))
        let progress = CallProgress.needs([.load(digest, from: peer.address)])
        let start = parking.run(call, from: progress, head: request.head) { _, deferred in
            deferred.complete(use())
        }
        switch start {
        case .answer: return .now(.discard(atMost: limit))
        case .later(let deferred): return .later(deferred)
        }
    }

    /// The steps of the decision that is to come, but for those that spend, and those about the target, which are the
    /// same for all who ask.
    private func mayAsk(_ key: ResolvedKey, _ demand: Demand?, from peer: ConnectionPeer) -> Bool {
        guard Steps.notRevoked(key) == nil else { return false }
        guard let demand else { return true }
        return Steps.enabled(key) == nil && Steps.inTime(key, decisions.now) == nil
            && Steps.audience(key, demand) == nil && Steps.address(key, peer.address) == nil
            && Steps.scope(key, demand) == nil
    }

    private func collect(_ request: IncomingRequest, atMost limit: Int) -> BodyUse {
        // What is told in advance is refused in advance, unless it is too large by itself, which the connection tells.
        if case .length(let length) = request.framing.body, length <= limit, !bodies.hasRoom(for: length) {
            return .refuse(.overloaded)
        }
        return .collect(CollectedBody(from: bodies), atMost: limit)
    }
}

/// Fetches a key ahead of the decision that needs it. Whether that succeeds is for the decision to tell.
private final class KeyLookUp: ResumableCall {
    let requestID: String
    /// Looking a key up charges nothing.
    var receipt: CounterReceipt?

    init(requestID: String) {
        self.requestID = requestID
    }

    func advance() -> CallProgress { .answer(.unavailable) }
    func miss() {}
    func abandon() {}
}

extension PreparedPolicy {
    fileprivate var readsBodies: Bool {
        record.keyFrom.contains { if case .body = $0 { true } else { false } }
    }
}
