import HTTPTypes
import Hummingbird
import LanyardCore
import LanyardEngine
import LanyardHTTP
import LanyardManagement
import LanyardStorage
import LanyardWire
import Logging

/// Answers one request: finds its endpoint, asks who calls, runs it, and turns whatever goes wrong into a problem.
struct AdminResponder: HTTPResponder {
    typealias Context = AdminContext

    let services: AdminServices
    let authentication: AdminAuthentication
    let table = EndpointTable.all

    func respond(to request: Request, context: AdminContext) async throws -> Response {
        var context = context
        context.requestID = RequestID.of(request.headers[.requestID])
        let start = ContinuousClock.now
        var answer = await answer(to: request, context)
        answer.fields[.requestID] = context.requestID
        var response = Response(status: answer.status, headers: answer.fields, body: answer.body)
        if request.method == .head { response = response.createHeadResponse() }
        log(request, response, context, since: start)
        return response
    }

    private func answer(to request: Request, _ context: AdminContext) async -> AdminAnswer {
        do {
            switch table.match(request.method, request.uri.path) {
            case .noSuchPath: throw AdminFailure(.noSuchPath)
            case .wrongMethod(let allowed): throw AdminFailure(.methodNotAllowed(allowed))
            case .found(let endpoint, let pathID): return try await run(endpoint, request, context, pathID: pathID)
            }
        } catch {
            return problem(of: error, request, context)
        }
    }

    private func run(
        _ endpoint: Endpoint, _ request: Request, _ context: AdminContext, pathID: String
    ) async throws -> AdminAnswer {
        guard let scope = endpoint.scope else {
            let nobody = Caller(keyID: nil, name: "", scopes: .none)
            return try await endpoint.run(
                AdminCall(request: request, context: context, pathID: pathID, caller: nobody, services: services))
        }
        switch await authentication.authenticate(request, context, for: scope) {
        case .denied(let denial, let limits):
            return .problem(ProblemResponse(denial, limits: limits.readings))
        case .caller(let caller, let limits):
            let call = AdminCall(request: request, context: context, pathID: pathID, caller: caller, services: services)
            var answer: AdminAnswer
            do {
                if endpoint.method == .get, !endpoint.readsQuery { try call.refuseQuery() }
                answer = try await endpoint.run(call)
            } catch {
                answer = problem(of: error, request, context)
            }
            answer.fields.add(limits)
            return answer
        }
    }

    /// The one place where errors become answers. What nobody expected is told as unavailable, and logged.
    private func problem(of error: any Error, _ request: Request, _ context: AdminContext) -> AdminAnswer {
        switch error {
        case let failure as AdminFailure: return .problem(failure.problem)
        case let error as ManagementError: return .problem(error.problem)
        case let error as InvalidRequest: return .problem(ManagementProblem.invalid(error))
        default:
            services.logger.error(
                "a management call failed",
                metadata: [
                    "reason": "\(AdminResponder.reason(error))", "path": "\(request.uri.path)",
                    "request_id": "\(context.requestID)",
                ])
            return .problem(ManagementProblem.unavailable("The call could not be carried out."))
        }
    }

    /// Only our own errors vouch for a description without secrets.
    private static func reason(_ error: any Error) -> String {
        switch error {
        case let error as StoreError: error.description
        case let error as EngineError: error.description
        default: "\(type(of: error))"
        }
    }

    private func log(
        _ request: Request, _ response: Response, _ context: AdminContext, since start: ContinuousClock.Instant
    ) {
        services.logger.debug(
            "answered",
            metadata: [
                "method": "\(request.method.rawValue)", "path": "\(request.uri.path)",
                "status": "\(response.status.code)", "request_id": "\(context.requestID)",
                "elapsed_ms": "\((ContinuousClock.now - start) / .milliseconds(1))",
            ])
    }
}

/// What a request is called in logs and in the audit log.
enum RequestID {
    private static let longest = 128

    /// The caller's own, if it is a plain token; else a new one.
    static func of(_ given: String?) -> String {
        if let given, (1...longest).contains(given.utf8.count), given.utf8.allSatisfy(isPlain) { return given }
        return String(UInt64.random(in: .min ... .max), radix: 16)
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
            true
        default: false
        }
    }
}

extension HTTPFields {
    /// `RateLimit` and `RateLimit-Policy` of a key that has limits.
    fileprivate mutating func add(_ limits: LimitReport) {
        guard !limits.readings.isEmpty else { return }
        var policy: [UInt8] = []
        var state: [UInt8] = []
        RateLimitFields.appendPolicy(limits.readings, to: &policy)
        RateLimitFields.appendState(limits.readings, to: &state)
        self[.rateLimitPolicy] = String(decoding: policy, as: UTF8.self)
        self[.rateLimit] = String(decoding: state, as: UTF8.self)
    }
}
