import HTTPTypes
public import Hummingbird
public import Lanyard
import LanyardHTTP
import NIOCore

/// Lets a request through only if its API key may make it.
///
/// The key is read from `Authorization: Bearer` or `X-API-Key`. A refused request is answered with an RFC 9457 problem, and
/// with `WWW-Authenticate`, `Retry-After` and the `RateLimit` fields where they apply; it never reaches the handler. A key's
/// restrictions on method and path are judged by the request itself. A call of a key that bounds its calls in flight ends
/// when the response has been written.
public struct RequireKey<Context: KeyRequestContext>: RouterMiddleware {
    private let keys: KeyEngine
    private let demand: Demand
    private let address: @Sendable (Request, Context) -> IPAddress?

    /// Demands a valid key.
    /// - Parameters:
    ///   - keys: The engine that decides.
    ///   - scope: A scope expression, as `invoices:read` or `a:read and (b:write or c:write)`. A text that is none stops the
    ///     program here, when the routes are set up, and not at the first request.
    ///   - costs: What a call costs; one request unless told otherwise.
    ///   - environment: Keys of this environment only.
    ///   - address: The client's address, for keys that are bound to addresses: the connection's, unless told otherwise.
    ///     Behind a proxy, take it from what *your* proxy sets, and from nothing that a client can send.
    public init(
        _ keys: KeyEngine, scope: String? = nil, costs: Costs = .oneRequest, environment: EnvironmentName? = nil,
        address: @escaping @Sendable (Request, Context) -> IPAddress? = { _, context in
            context.remoteAddress?.ipAddress.flatMap { IPAddress($0) }
        }
    ) {
        var expression: ScopeExpression?
        if let scope {
            do {
                expression = try ScopeExpression(parsing: scope)
            } catch {
                // A mistake in the program's own text, found as it starts.
                preconditionFailure("RequireKey was given a scope that is no scope expression: \(error)")
            }
        }
        self.keys = keys
        self.address = address
        demand = Demand(environment: environment, scope: expression, costs: costs, canFinish: true)
    }

    /// Decides, and goes on or answers.
    public func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        var report = LimitReport()
        switch await decide(request, context, report: &report) {
        case .deny(let denial): return response(to: denial, report)
        case .needs: return response(to: Denial(.unavailable), report)
        case .grant(let granted):
            let grant = Grant(key: GrantedKey(granted.key), id: granted.grantID, limits: report.statuses)
            var context = context
            context.possibleGrant = grant
            do {
                var response = try await next(request, context)
                add(report, to: &response)
                if grant.id != nil { response.body = ending(grant, with: response.body) }
                return response
            } catch {
                keys.finish(grant)
                throw error
            }
        }
    }

    /// The same body, with the call ended once it is written, or has failed to be.
    private func ending(_ grant: Grant, with body: ResponseBody) -> ResponseBody {
        let keys = keys
        return ResponseBody(contentLength: body.contentLength) { writer in
            defer { keys.finish(grant) }
            try await body.write(writer)
        }
    }

    private func decide(_ request: Request, _ context: Context, report: inout LimitReport) async -> Decision {
        let address = address(request, context)
        let method = HTTPMethodName(request.method.rawValue)
        let demand = demand
        let presented = KeyReader.standard.read(request.headers)
        guard case .text(let text, from: _) = presented else {
            return presented.withPresented { presented in
                keys.decide(
                    DecisionRequest(presented: presented, demand: demand, address: address, method: method),
                    report: &report)
            }
        }
        let path = Array(request.uri.path.utf8)
        return await keys.decideFetching(text.secret, report: &report, path: path) { presented, path in
            DecisionRequest(presented: presented, demand: demand, address: address, method: method, path: path)
        }
    }

    private func response(to denial: Denial, _ report: LimitReport) -> Response {
        let problem = ProblemResponse(denial, limits: report.readings)
        var response = Response(
            status: HTTPResponse.Status(code: problem.status),
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: problem.body)))
        for field in problem.fields { response.headers.set(field.name, field.value) }
        return response
    }

    private func add(_ report: LimitReport, to response: inout Response) {
        guard !report.readings.isEmpty else { return }
        var policy: [UInt8] = []
        var state: [UInt8] = []
        RateLimitFields.appendPolicy(report.readings, to: &policy)
        RateLimitFields.appendState(report.readings, to: &state)
        response.headers.set(.rateLimitPolicy, String(decoding: policy, as: UTF8.self))
        response.headers.set(.rateLimit, String(decoding: state, as: UTF8.self))
    }
}

extension HTTPFields {
    fileprivate mutating func set(_ name: FieldName, _ value: String) {
        guard let name = HTTPField.Name(name.description) else { return }
        self[name] = value
    }
}
