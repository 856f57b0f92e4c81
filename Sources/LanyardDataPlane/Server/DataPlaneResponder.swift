import CoreMetrics
import LanyardCore
import LanyardEngine
import LanyardHTTP
import LanyardManagement
import LanyardWire
import Logging
import NIOCore
import NIOHTTP1

/// Answers the requests of one event loop: finds the route, asks the one use-case behind it, and writes what it says.
final class DataPlaneResponder: RequestResponder {
    let decisions: any DecisionService
    let management: Management?
    let metrics: DataPlaneMetrics
    let logger: Logger
    let parking: ParkedCalls
    let limits: ConnectionLimits
    let bodies: BodyBudget
    private let serving: ServingState
    /// Where a decision writes how limits stand; decisions of one loop never overlap.
    var report = LimitReport()
    var policyReaders: PolicyReaders

    private var grantFields = GrantFields()
    private var requestIDs = RequestIDs()
    private var date = DateField()

    init(
        eventLoop: any EventLoop, decisions: any DecisionService, management: Management?,
        configuration: DataPlaneConfiguration, bodies: BodyBudget, metrics: DataPlaneMetrics, logger: Logger
    ) {
        self.decisions = decisions
        self.management = management
        self.metrics = metrics
        self.logger = logger
        serving = configuration.serving
        limits = configuration.connection
        self.bodies = bodies
        policyReaders = PolicyReaders(trustedProxies: configuration.trustedProxies)
        parking = ParkedCalls(
            eventLoop: eventLoop, service: decisions, limits: configuration.parking, metrics: metrics, logger: logger)
    }

    func respond(
        to request: IncomingRequest, from peer: ConnectionPeer, frame: AnswerFrame, into output: inout ByteBuffer
    ) -> Response {
        guard let route = request.target.withPath({ Route(path: $0) }) else {
            return answer(.problem(ProblemResponse(.noSuchPath)), to: request, nil, frame, into: &output)
        }
        if let methods = route.methods, !methods.contains(request.head.method) {
            let problem = ManagementProblem.methodNotAllowed(methods.map(\.rawValue))
            return answer(.problem(ProblemResponse(problem)), to: request, route, frame, into: &output)
        }
        if let body = request.body { metrics.bodyBytesRead.increment(by: body.bytes.readableBytes) }
        let response = respond(to: request, route, from: peer, frame: frame, into: &output)
        if case .written = response { metrics.record(NIODeadline.now() - frame.now, of: RouteGroup(route)) }
        return response
    }

    private func respond(
        to request: IncomingRequest, _ route: Route, from peer: ConnectionPeer, frame: AnswerFrame,
        into output: inout ByteBuffer
    ) -> Response {
        switch route {
        case .authorize:
            return authorize(request, from: peer, frame: frame, into: &output)
        case .authorizeByPolicy(let name, let suffix):
            let name = request.target.part(name)
            return authorize(request, by: name, suffix: suffix, from: peer, frame: frame, into: &output)
        case .verify:
            return run(VerifyCall(.one, request, peer, self), request, route, frame, into: &output)
        case .verifyBatch:
            return run(VerifyCall(.batch, request, peer, self), request, route, frame, into: &output)
        case .finish:
            return run(VerifyCall(.finish, request, peer, self), request, route, frame, into: &output)
        case .ownKey:
            return run(OwnKeyCall(.show, request, peer, self), request, route, frame, into: &output)
        case .rotateOwnKey:
            return run(OwnKeyCall(.rotate, request, peer, self), request, route, frame, into: &output)
        case .revokeOwnKey:
            return run(OwnKeyCall(.revoke, request, peer, self), request, route, frame, into: &output)
        case .health:
            return answer(.json(status: 200, body: HealthAnswer.ok.bytes()), to: request, route, frame, into: &output)
        case .readiness:
            let isReady = decisions.isReady && !serving.isDraining
            let answer: CallAnswer = isReady ? .json(status: 200, body: HealthAnswer.ready.bytes()) : .notReady
            return self.answer(answer, to: request, route, frame, into: &output)
        }
    }

    func respond(to refusal: Refusal, head: HTTPRequestHead?, frame: AnswerFrame, into output: inout ByteBuffer) {
        metrics.countRefusal(refusal)
        let requestID = requestIDs.id(for: head)
        if logger.logLevel <= .debug {
            var metadata = metadata(requestID, head)
            metadata["status"] = "\(refusal.status)"
            logger.debug("refused", metadata: metadata)
        }
        writer(frame).refusal(refusal, requestID: requestID, frame, into: &output)
    }
}

extension DataPlaneResponder {
    func connectionTimedOut(duringRequest: Bool) {
        (duringRequest ? metrics.requestTimeouts : metrics.idleTimeouts).increment()
    }
}

// MARK: Answers

extension DataPlaneResponder {
    /// Runs a call that may have to wait, and writes its answer now or later.
    func run(
        _ call: any ResumableCall, from progress: CallProgress? = nil, _ request: IncomingRequest, _ route: Route,
        _ frame: AnswerFrame, into output: inout ByteBuffer
    ) -> Response {
        let requestID = call.requestID
        let start = parking.run(call, from: progress ?? call.advance(), head: request.head) {
            [self] answer, deferred in
            deferred.complete { later, output in
                _ = self.answer(answer, to: request, route, id: requestID, later, into: &output)
                metrics.record(later.now - frame.now, of: RouteGroup(route))
            }
        }
        switch start {
        case .answer(let answer): return self.answer(answer, to: request, route, id: requestID, frame, into: &output)
        case .later(let deferred): return .later(deferred)
        }
    }

    /// Writes an answer, and a line about it where somebody wants to read one.
    /// - Parameter requestID: what the request is called already.
    func answer(
        _ answer: CallAnswer, to request: IncomingRequest, _ route: Route?, id requestID: String? = nil,
        _ frame: AnswerFrame, into output: inout ByteBuffer
    ) -> Response {
        switch answer {
        case .grant(let key, let limits):
            writeGrant(key, limits, frame, into: &output)
            log(200, key: key, request, route, requestID)
        case .problem(let problem):
            let requestID = requestID ?? requestIDs.id(for: request.head)
            writer(frame).problem(problem, requestID: requestID, frame, into: &output)
            log(problem.status, key: nil, request, route, requestID)
        case .json(let status, let body, let fields):
            let requestID = requestID ?? requestIDs.id(for: request.head)
            writer(frame).json(status, body, fields: fields, requestID: requestID, frame, into: &output)
            log(status, key: nil, request, route, requestID)
        }
        return .written
    }

    func writeGrant(
        _ key: ResolvedKey, _ limits: ContiguousArray<LimitReading>, _ frame: AnswerFrame, into output: inout ByteBuffer
    ) {
        let writer = writer(frame)
        writer.begin(200, frame, contentLength: 0, into: &output)
        grantFields.write(key, limits, into: &output)
        writer.end(frame, into: &output)
    }

    func requestID(for request: IncomingRequest) -> String { requestIDs.id(for: request.head) }

    private func writer(_ frame: AnswerFrame) -> AnswerWriter {
        AnswerWriter(date: date.line(at: frame.now) { decisions.now.wall })
    }

    /// Neither fields nor the query nor names out of the path: any of them may hold a key.
    private func log(
        _ status: Int, key: ResolvedKey?, _ request: IncomingRequest, _ route: Route?, _ requestID: String?
    ) {
        guard logger.logLevel <= .debug else { return }
        var metadata = metadata(requestID ?? requestIDs.id(for: request.head), request.head)
        metadata["method"] = "\(request.head.method.rawValue)"
        metadata["route"] = "\(route?.text ?? "-")"
        metadata["status"] = "\(status)"
        if let key { metadata["key"] = "\(key.id)" }
        logger.debug("answered", metadata: metadata)
    }

    /// What every line about a request has.
    func metadata(_ requestID: String, _ head: HTTPRequestHead?) -> Logger.Metadata {
        Logger.Metadata(RequestLabel(requestID: requestID, fields: head.map(RequestFields.init)))
    }
}

extension Logger.Metadata {
    init(_ label: RequestLabel) {
        self.init(label.entries.map { ($0.name, "\($0.value)") }, uniquingKeysWith: { first, _ in first })
    }
}

extension CallAnswer {
    static let unavailable = CallAnswer.problem(ProblemResponse(Denial(.unavailable)))
    static let notReady = CallAnswer.problem(ProblemResponse(.unavailable(ManagementProblem.notReadyDetail)))

    init(_ problem: ManagementProblem) {
        self = .problem(ProblemResponse(problem))
    }
}
