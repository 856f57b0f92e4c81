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
        context.label = RequestLabel(requestID: RequestID.of(request.headers), fields: request.headers)
        let start = ContinuousClock.now
        let match = table.match(request.method, request.uri.path)
        var answer = await answer(to: request, match, context)
        answer.fields[.requestID] = context.requestID
        var response = Response(status: answer.status, headers: answer.fields, body: answer.body)
        if request.method == .head { response = response.createHeadResponse() }
        log(request, match, response, context, since: start)
        return response
    }

    private func answer(
        to request: Request, _ match: EndpointTable.Match, _ context: AdminContext
    ) async -> AdminAnswer {
        do {
            switch match {
            case .noSuchPath: throw AdminFailure(.noSuchPath)
            case .wrongMethod(let allowed): throw AdminFailure(.methodNotAllowed(allowed))
            case .found(let endpoint, let pathID): return try await run(endpoint, request, context, pathID: pathID)
            }
        } catch {
            return problem(of: error, match, context)
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
        case .caller(let caller, let openCall, let limits):
            let call = AdminCall(request: request, context: context, pathID: pathID, caller: caller, services: services)
            var answer: AdminAnswer
            do {
                if !endpoint.readsQuery { try call.refuseQuery() }
                answer = try await endpoint.run(call)
            } catch {
                answer = problem(of: error, .found(endpoint, pathID: pathID), context)
            }
            answer.fields.add(limits)
            if let openCall { end(openCall, with: &answer, to: request) }
            return answer
        }
    }

    /// Ends the call that the caller's own key holds open: with its answer, and where that is streamed, with its last
    /// piece.
    private func end(_ openCall: GrantID, with answer: inout AdminAnswer, to request: Request) {
        let engine = services.engine
        guard answer.body.contentLength == nil, request.method != .head else {
            _ = engine.finish(openCall)
            return
        }
        let body = answer.body
        answer.body = ResponseBody { writer in
            defer { _ = engine.finish(openCall) }
            try await body.write(writer)
        }
    }

    /// The one place where errors become answers. What nobody expected is told as unavailable, and logged.
    private func problem(
        of error: any Error, _ match: EndpointTable.Match, _ context: AdminContext
    ) -> AdminAnswer {
        switch error {
        case let failure as AdminFailure: return .problem(failure.problem)
        case let error as ManagementError: return .problem(ProblemResponse(error))
        case let error as InvalidRequest: return .problem(ManagementProblem.invalid(error))
        case let failure as RequestBodyFailure:
            var answer = AdminAnswer.problem(failure.problem)
            answer.fields[.connection] = "close"
            return answer
        default:
            services.logger.error(
                "a management call failed",
                metadata: context.metadata(["reason": "\(error.loggedReason)", "path": "\(match.path)"]))
            return .problem(ManagementProblem.unavailable("The call could not be carried out."))
        }
    }

    /// Counts the request, and logs it where somebody wants to read that. Neither fields nor the query nor what stands for
    /// a parameter in the path: any of them may hold a secret.
    private func log(
        _ request: Request, _ match: EndpointTable.Match, _ response: Response, _ context: AdminContext,
        since start: ContinuousClock.Instant
    ) {
        let elapsed = ContinuousClock.now - start
        services.counters.count(status: response.status.code, took: elapsed)
        services.logger.debug(
            "answered",
            metadata: context.metadata([
                "method": "\(request.method.rawValue)", "path": "\(match.path)",
                "status": "\(response.status.code)",
                "elapsed_ms": "\(elapsed / .milliseconds(1))",
            ]))
    }
}

extension RequestBodyFailure {
    fileprivate var problem: ManagementProblem {
        switch self {
        case .late: .requestTimeout
        case .broken: .invalid(InvalidRequest(.root, "the body broke off, or is not proper HTTP"))
        }
    }
}

extension HTTPFields {
    /// `RateLimit` and `RateLimit-Policy` of a key that has limits.
    fileprivate mutating func add(_ limits: LimitReport) {
        for (name, value) in RateLimitFields.fields(limits.readings) {
            guard let name = HTTPField.Name(name.description) else { continue }
            self[name] = value
        }
    }
}

extension EndpointTable.Match {
    /// The path as it stands in logs.
    fileprivate var path: String {
        switch self {
        case .found(let endpoint, _): endpoint.path
        case .wrongMethod, .noSuchPath: "-"
        }
    }
}
