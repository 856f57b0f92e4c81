import LanyardCore
import LanyardEngine
import LanyardHTTP
import LanyardManagement
import LanyardWire
import Logging
import NIOCore
import NIOHTTP1

// What a key may ask about itself and do to itself, by whoever holds its secret.
//
// Who am I and rotate me take the steps of a decision up to the address, by the functions that decisions take them by: what
// the key may do elsewhere says nothing here. Revoke me takes only those that find the key: a finder does everyone a
// favour, wherever he is.
//
// Rotate me is charged to the key's own limits, as one request: it writes to the store, so whoever is bound to so many
// requests is bound to so many writes. The others are free (docs/decisions/0009).

/// `GET /v1/self`, `POST /v1/self/rotate` and `POST /v1/self/revoke`.
final class OwnKeyCall: ResumableCall {
    enum Purpose {
        case show
        case rotate
        case revoke
    }

    private let purpose: Purpose
    private let request: IncomingRequest
    private let peer: ConnectionPeer
    private let responder: DataPlaneResponder
    private let key: PresentedKey
    let requestID: String
    private var rounds = 0
    private var isMissed = false
    var receipt: CounterReceipt?
    /// The call that a rotation holds open, where the key bounds its calls.
    private var grantID: GrantID?

    private var service: any DecisionService { responder.decisions }

    init(
        _ purpose: Purpose, _ request: IncomingRequest, _ peer: ConnectionPeer, _ responder: DataPlaneResponder
    ) {
        self.purpose = purpose
        self.request = request
        self.peer = peer
        self.responder = responder
        key = KeyReader.standard.read(RequestFields(request.head))
        requestID = responder.requestID(for: request)
    }

    func advance() -> CallProgress {
        if isMissed { return .answer(.unavailable) }
        switch find() {
        case .needs(let ticket): return wait(for: ticket)
        case .denied(let denial):
            return refuse(denial, of: nil)
        case .found(let key):
            return go(on: key)
        }
    }

    private func wait(for ticket: Ticket) -> CallProgress {
        guard rounds < KeyEngine.maximumRounds else {
            miss()
            return .answer(.unavailable)
        }
        rounds += 1
        return .needs([ticket])
    }

    func miss() {
        isMissed = true
        service.countUnattributed(.unavailable, now: service.now)
    }

    func abandon() { endCall() }

    private func endCall() {
        if let grantID { _ = service.finish(grantID, actual: nil) }
        grantID = nil
    }

    /// Who tries bad keys here is told with all others who do.
    private func refuse(_ denial: Denial, of key: ResolvedKey?) -> CallProgress {
        service.countAttempt(denial.code, from: peer.address, key: key?.record.id)
        return .answer(.problem(ProblemResponse(denial)))
    }

    // MARK: Whose secret it is

    private enum Finding {
        case found(ResolvedKey)
        case needs(Ticket)
        case denied(Denial)
    }

    /// Steps 0 to 3 of a decision.
    private func find() -> Finding {
        let now = service.now
        if let denial = Steps.nodeIsCurrent(service, now) { return .denied(denial) }
        let identified = key.withPresented { Steps.identify($0, acceptsForeign: service.acceptsForeignSecrets) }
        guard case .success(let digest) = identified else {
            if case .failure(let denial) = identified { return .denied(denial) }
            return .denied(Denial(.malformedKey))
        }
        switch service.find(digest) {
        case .found(let key): return .found(key)
        case .absent:
            service.countUnattributed(.unknownKey, now: now)
            return .denied(Denial(.unknownKey))
        case .unloaded:
            if let wait = service.lookUpWait(for: peer.address, at: now.monotonic) {
                return .denied(Denial(.tooManyUnknownKeys, .wait(milliseconds: wait)))
            }
            return .needs(.load(digest, from: peer.address))
        }
    }

    // MARK: What is asked

    private func go(on key: ResolvedKey) -> CallProgress {
        let now = service.now
        if purpose == .revoke {
            if let denial = Steps.notRevoked(key) { return refuse(denial, of: key) }
            return revoke()
        }
        // With costs of nothing, how the limits stand is told and none denies.
        let demand = Demand(audience: .everyProject, costs: Costs(requests: 0), canFinish: true)
        let explanation = explain(
            DecisionRequest(presented: .digest(key.digest), demand: demand, address: peer.address), key: key,
            on: service, now: now)
        if let denial = explanation.denial, Self.judges(explanation) { return refuse(denial, of: key) }
        switch purpose {
        case .show:
            let answer = SelfAnswer(
                key: OwnKeyAnswer(key, now: now.wall), limits: explanation.limits, quotas: explanation.quotas)
            let fields = RateLimitFields.fields(explanation.report.readings)
            return .answer(.json(status: 200, body: answer.bytes(), fields: fields))
        case .rotate:
            if let refusal = charge(key, now) { return refusal }
            return rotate()
        case .revoke: return revoke()
        }
    }

    /// Whether the first step that failed is one that counts here.
    private static func judges(_ explanation: Explanation) -> Bool {
        guard let failed = explanation.steps.first(where: { $0.outcome == .fail }) else { return false }
        return failed.step.rawValue <= DecisionStep.address.rawValue
    }

    /// Charges one request; an answer where the key's limits refuse it.
    private func charge(_ key: ResolvedKey, _ now: Now) -> CallProgress? {
        let demand = Demand(audience: .everyProject, canFinish: true)
        responder.report.reset()
        switch Steps.spend(demand, key, on: service, now: now, receipt: receipt, report: &responder.report) {
        case .grant(let granted):
            grantID = granted.grantID
            receipt = nil
            return nil
        case .deny(let denial):
            return .answer(.problem(ProblemResponse(denial, limits: responder.report.readings)))
        case .needs(let ticket):
            return wait(for: ticket)
        }
    }

    private func presentedSecret() -> Secret? {
        guard case .text(let text, from: _) = key else { return nil }
        return text.secret
    }

    private func rotate() -> CallProgress {
        let body: RotateBody
        var idempotency: IdempotentRequest?
        do {
            body = try RotateBody.decode(try value())
            idempotency = try idempotentRequest()
        } catch {
            endCall()
            return .answer(CallAnswer(problemFor: error))
        }
        guard let management = responder.management, let secret = presentedSecret() else {
            endCall()
            return .answer(.unavailable)
        }
        let (requestID, logger, service, grantID) = (requestID, labelledLogger, service, grantID)
        return .runs { [idempotency] in
            // The call is over when the change is, whether or not its client has waited.
            defer { if let grantID { _ = service.finish(grantID, actual: nil) } }
            do {
                let change = try await management.rotateSelf(
                    secret, grace: .milliseconds(body.graceMilliseconds), requestID: requestID,
                    idempotency: idempotency
                ) { rotated in
                    var answer = ObjectAnswer(.key, OwnKeyAnswer(rotated.details, now: service.now.wall))
                    answer.secret = rotated.secret
                    answer.previousExpiresAt = rotated.previousExpiresAt
                    return RenderedAnswer(status: 201, body: answer.bytes())
                }
                return CallAnswer(change)
            } catch {
                return CallAnswer(problemFor: error, logger)
            }
        }
    }

    private func revoke() -> CallProgress {
        let body: ReasonBody
        do {
            body = try ReasonBody.decode(try value())
        } catch {
            return .answer(CallAnswer(problemFor: error))
        }
        guard let management = responder.management, let secret = presentedSecret() else {
            return .answer(.unavailable)
        }
        let (requestID, logger, service) = (requestID, labelledLogger, service)
        return .runs {
            do {
                let change = try await management.revokeSelf(secret, reason: body.reason, requestID: requestID)
                var answer = ObjectAnswer(.key, OwnKeyAnswer(change.value, now: service.now.wall))
                answer.applied = AppliedAnswer(change.acknowledgement)
                return .json(status: 200, body: answer.bytes())
            } catch {
                return CallAnswer(problemFor: error, logger)
            }
        }
    }

    /// For what goes wrong off the event loop.
    private var labelledLogger: Logger {
        var logger = responder.logger
        for (name, value) in responder.metadata(requestID, request.head) { logger[metadataKey: name] = value }
        return logger
    }

    /// The body, which may be missing.
    private func value() throws -> JSONValue? {
        switch RequestBody.read(request, isRequired: false) {
        case .value(let value): value
        case .absent: nil
        case .refused(let problem): throw RefusedBody(problem: problem)
        }
    }

    private func idempotentRequest() throws -> IdempotentRequest? {
        let fields = RequestFields(request.head)
        var count = 0
        fields.forEachField { name, _ in count += FieldName.idempotencyKey.matches(name) ? 1 : 0 }
        if count == 0 { return nil }
        return try IdempotentRequest(
            key: fields.single(.idempotencyKey) ?? "", method: request.head.method.rawValue,
            path: String(request.target.pathText), body: request.bodyContent)
    }
}
