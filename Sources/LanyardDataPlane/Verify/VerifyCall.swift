import LanyardCore
import LanyardEngine
import LanyardHTTP
import LanyardWire
import NIOCore
import NIOHTTP1

/// `POST /v1/verify`, `/v1/verify/batch` and `/v1/finish`: the caller's own key is decided first, then what it asks.
final class VerifyCall: ResumableCall {
    enum Purpose {
        case one
        case batch
        case finish
    }

    private enum Stage {
        case caller
        /// The checks that are left, and what came of those before.
        case checks(ArraySlice<VerifyCheck>)
    }

    private let purpose: Purpose
    private let request: IncomingRequest
    private let responder: DataPlaneResponder
    let requestID: String
    private let question: Question
    private var caller: VerifyCaller?
    private var stage = Stage.caller
    private var results: [VerifyAnswer] = []
    private var rounds = 0
    private var isMissed = false
    /// The end of a call that another node granted is to be passed on.
    private var passing: (@Sendable () async -> CallAnswer)?
    var receipt: CounterReceipt?

    private var service: any DecisionService { responder.decisions }

    init(_ purpose: Purpose, _ request: IncomingRequest, _ peer: ConnectionPeer, _ responder: DataPlaneResponder) {
        self.purpose = purpose
        self.request = request
        self.responder = responder
        requestID = responder.requestID(for: request)
        question = Question(
            key: .presented(KeyReader.standard.read(RequestFields(request.head))), demand: VerifyCaller.demand,
            address: peer.address, method: HTTPMethodName(request.head.method.rawValue), path: request.target.pathText)
    }

    func advance() -> CallProgress {
        while true {
            switch stage {
            case .caller:
                switch decide(question) {
                case .needs(let ticket): return .needs([ticket])
                case .deny(let denial):
                    return .answer(.problem(ProblemResponse(denial, limits: responder.report.readings)))
                case .grant(let granted):
                    let caller = VerifyCaller(granted)
                    self.caller = caller
                    if let answer = begin(for: caller) { return end(answer) }
                    if let passing {
                        endCaller()
                        return .runs(passing)
                    }
                }
            case .checks(let checks):
                guard let caller, let check = checks.first else { return end(answer()) }
                let decision = decide(check.question)
                if case .needs(let ticket) = decision {
                    return .needs([ticket] + checks.dropFirst().compactMap { $0.question.missing(on: service) })
                }
                count(decision)
                results.append(check.answer(decision, responder.report, for: caller, on: service))
                stage = .checks(checks.dropFirst())
            }
        }
    }

    func miss() {
        isMissed = true
        service.countUnattributed(.unavailable, now: service.now)
    }

    func abandon() {
        for result in results { if let id = result.grantID { _ = service.finish(id, actual: nil) } }
        endCaller()
    }

    /// A decision; `.needs` only while it may still fetch.
    private func decide(_ question: Question) -> Decision {
        if isMissed {
            isMissed = false
            rounds = 0
            receipt = nil
            responder.report.reset()
            return .deny(Denial(.unavailable))
        }
        let decision = question.decide(on: service, receipt: receipt, report: &responder.report)
        guard case .needs = decision else {
            rounds = 0
            receipt = nil
            return decision
        }
        if rounds < KeyEngine.maximumRounds {
            rounds += 1
            return decision
        }
        miss()
        return decide(question)
    }

    private func count(_ decision: Decision) {
        switch decision {
        case .grant: responder.metrics.countGrant(.verify)
        case .deny(let denial): responder.metrics.countDenial(denial.code, .verify)
        case .needs: break
        }
    }

    // MARK: What is asked

    /// Reads what the caller asks. An answer if there is nothing more to decide, and nothing to pass on.
    private func begin(for caller: VerifyCaller) -> CallAnswer? {
        switch RequestBody.read(request, isRequired: true) {
        case .refused(let problem): return CallAnswer(problem)
        case .absent: return CallAnswer(.unsupportedMediaType(expected: RequestBody.mediaType))
        case .value(let value):
            do {
                switch purpose {
                case .one: return prepare([try VerifyBody.decode(value)], for: caller)
                case .batch: return prepare(try VerifyBatchBody.decode(value).checks, for: caller)
                case .finish: return finish(try FinishBody.decode(value))
                }
            } catch {
                return CallAnswer(.invalid(error))
            }
        }
    }

    /// All checks are made ready before one is decided: a request that can't be answered whole charges nothing.
    private func prepare(_ bodies: [VerifyBody], for caller: VerifyCaller) -> CallAnswer? {
        var checks: [VerifyCheck] = []
        checks.reserveCapacity(bodies.count)
        for (index, body) in bodies.enumerated() {
            let pointer = purpose == .batch ? JSONPointer.root.appending("checks").appending(index) : .root
            switch VerifyCheck.prepare(body, at: pointer, for: caller, on: service) {
            case .ready(let check): checks.append(check)
            case .refused(let problem): return CallAnswer(problem)
            }
        }
        stage = .checks(checks[...])
        return nil
    }

    private func finish(_ body: FinishBody) -> CallAnswer? {
        let outcome = service.finish(body.grantID, actual: body.actual)
        guard case .elsewhere = outcome else { return Self.answer(outcome, body.grantID) }
        passing = { [service] in
            guard let outcome = try? await service.finishElsewhere(body.grantID, actual: body.actual) else {
                // It must be told again: nobody may have heard of it.
                return .unavailable
            }
            return Self.answer(outcome, body.grantID)
        }
        return nil
    }

    private static func answer(_ outcome: FinishOutcome, _ id: GrantID) -> CallAnswer {
        switch outcome {
        case .finished, .alreadyFinished: .json(status: 200, body: FinishAnswer().bytes())
        case .unknown, .elsewhere: CallAnswer(.notFound("grant \(id)"))
        }
    }

    // MARK: The answer

    private func answer() -> CallAnswer {
        var writer = JSONWriter()
        switch purpose {
        case .one: results.first?.write(to: &writer)
        case .batch:
            writer.object { writer in
                writer.array("results") { writer in
                    for result in results { result.write(to: &writer) }
                }
            }
        case .finish: break
        }
        return .json(status: 200, body: writer.bytes)
    }

    private func end(_ answer: CallAnswer) -> CallProgress {
        endCaller()
        return .answer(answer)
    }

    /// The caller's own call is over with its answer.
    private func endCaller() {
        if let id = caller?.grantID { _ = service.finish(id, actual: nil) }
        caller = nil
    }
}
