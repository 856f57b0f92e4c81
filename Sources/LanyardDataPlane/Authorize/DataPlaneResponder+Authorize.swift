import CoreMetrics
import LanyardCore
import LanyardEngine
import LanyardHTTP
import LanyardWire
import NIOCore
import NIOHTTP1

// Forward-auth. The caller is a proxy that asks about somebody else's request; what is demanded is the operator's, by name.

extension DataPlaneResponder {
    /// What `/v1/authorize` demands where no policy is named.
    static let openDemand = Demand()

    /// Without a policy: the request itself is judged.
    func authorize(
        _ request: IncomingRequest, from peer: ConnectionPeer, frame: AnswerFrame, into output: inout ByteBuffer
    ) -> Response {
        let question = Question(
            key: .presented(KeyReader.standard.read(RequestFields(request.head))), demand: Self.openDemand,
            address: peer.address, method: HTTPMethodName(request.head.method.rawValue), path: request.target.pathText)
        return answer(question, .none, request, .authorize, frame, into: &output)
    }

    /// By a policy: what its proxy says of the original request is judged.
    func authorize(
        _ request: IncomingRequest, by name: String, suffix: Int, from peer: ConnectionPeer, frame: AnswerFrame,
        into output: inout ByteBuffer
    ) -> Response {
        let route = Route.authorizeByPolicy(name: 0..<0, suffix: suffix)
        guard let policy = decisions.policy(named: name) else {
            return answer(CallAnswer(.notFound("such policy")), to: request, route, frame, into: &output)
        }
        let readers = policyReaders.readers(for: policy)
        let fields = RequestFields(request.head)
        let call = ForwardAuthCall(
            peer: peer.address, method: request.head.method.rawValue, target: request.target.pathAndQuery,
            suffix: request.target.rest(from: suffix))
        switch readers.forwarded.read(call, fields) {
        case .failure(let reason):
            decisions.countUnattributed(reason.denial.code, now: decisions.now)
            metrics.countDenial(reason.denial.code, .authorize)
            let problem = ProblemResponse(reason.denial, dialect: policy.record.dialect)
            return answer(.problem(problem), to: request, route, frame, into: &output)
        case .success(let original):
            let key = readers.keys.read(fields, target: original.target, body: body(of: request))
            let question = Question(
                key: .presented(key), demand: policy.demand, address: original.address, method: original.method,
                path: original.path)
            return answer(question, policy.record.dialect, request, route, frame, into: &output)
        }
    }

    /// The members of a body that was collected because a policy reads keys there. One that isn't JSON holds none.
    private func body(of request: IncomingRequest) -> JSONObject? {
        guard request.body != nil, case .object(let members)? = try? JSONParser.parse(request.bodyContent) else {
            return nil
        }
        return members
    }

    private func answer(
        _ question: Question, _ dialect: ProxyDialect, _ request: IncomingRequest, _ route: Route, _ frame: AnswerFrame,
        into output: inout ByteBuffer
    ) -> Response {
        let decision = question.decide(on: decisions, report: &report)
        if case .needs(let ticket) = decision {
            let call = AuthorizeCall(question, dialect, request, self)
            return run(call, from: call.wait(for: ticket), request, route, frame, into: &output)
        }
        return answer(authorized(decision, dialect), to: request, route, frame, into: &output)
    }

    /// What a decision is answered with, counted.
    func authorized(_ decision: Decision, _ dialect: ProxyDialect) -> CallAnswer {
        switch decision {
        case .grant(let granted):
            metrics.countGrant(.authorize)
            return .grant(granted.key, report.readings)
        case .deny(let denial):
            metrics.countDenial(denial.code, .authorize)
            return .problem(ProblemResponse(denial, dialect: dialect, limits: report.readings))
        case .needs:
            return .unavailable
        }
    }
}
