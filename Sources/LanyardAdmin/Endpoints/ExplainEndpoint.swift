import LanyardCore
import LanyardHTTP
import LanyardManagement
import LanyardWire

extension Endpoint {
    static let explain: [Endpoint] = [
        .post("/v1/explain", .explain) { call in
            let body = try ExplainBody.decode(try await call.json())
            return .json(ExplainAnswer(try await call.management.explain(ExplainRequest(body), as: call.caller)))
        }
    ]
}

extension ExplainRequest {
    fileprivate init(_ body: ExplainBody) {
        switch body.subject {
        case .key(let id): self.init(subject: .key(id))
        case .secret(let secret): self.init(subject: .secret(secret))
        }
        scope = body.scope
        costs = body.costs
        address = body.address
        method = body.method
        path = body.path
        environment = body.environment
        project = body.project.map { Reference($0) }
        policy = body.policy
        proof = body.proof
    }
}
