package import LanyardCore
import LanyardEngine
import LanyardStorage

/// A decision to be laid open. What is given beside a policy replaces the policy's.
package struct ExplainRequest: Sendable {
    /// Whose key it is about.
    package enum Subject: Sendable {
        case key(KeyID)
        case secret(Secret)
    }

    package let subject: Subject
    package var scope: ScopeExpression?
    package var costs: Costs?
    package var address: IPAddress?
    package var method: HTTPMethodName?
    package var path: String?
    package var environment: EnvironmentName?
    package var project: Reference<ProjectTag>?
    /// Id or name.
    package var policy: String?
    /// The proof that is assumed; `any` stands for a bearer's.
    package var proof = ProofRequirement.any

    package init(subject: Subject) {
        self.subject = subject
    }
}

extension Management {
    /// Walks the steps of a decision, and spends nothing. A key that the caller may not explain is as good as none.
    package func explain(_ request: ExplainRequest, as caller: Caller) async throws -> Explanation {
        try caller.requireForSomeProject(.explain)
        let id = try await explainableKey(request.subject, as: caller)
        let demand = try await demand(of: request, as: caller)
        let path = request.path.map { Array($0.utf8) } ?? []
        let hasPath = request.path != nil
        func decision(_ presented: DecisionRequest.Presented, _ path: UnsafeRawBufferPointer) -> DecisionRequest {
            var decision = DecisionRequest(
                presented: presented, demand: demand, address: request.address, method: request.method,
                path: hasPath ? path : nil)
            decision.proof = request.proof
            return decision
        }
        switch request.subject {
        case .key(let key):
            let missing = ManagementError.notFound("key \(key)")
            guard id != nil, let loaded = try await engine.loadForExplaining(key) else { throw missing }
            return path.withUnsafeBytes { engine.explain(loaded, decision(.digest(loaded.digest), $0)) }
        case .secret(let secret):
            let loaded = id == nil ? nil : try await engine.loadForExplaining(secret.digest)
            return secret.withUnsafeBytes { text in
                path.withUnsafeBytes { engine.explain(loaded, decision(.text(text), $0)) }
            }
        }
    }

    /// The key, if there is one that the caller may explain.
    private func explainableKey(_ subject: ExplainRequest.Subject, as caller: Caller) async throws -> KeyID? {
        try await read { store, resolver in
            let id: KeyID? =
                switch subject {
                case .key(let id): id
                case .secret(let secret): try store.secret(secret.digest)?.key
                }
            guard let id, let key = try store.key(id) else { return nil }
            let project = try resolver.project(of: key).name
            let isVisible = project != ProjectRecord.lanyardName || caller.isAdministrator
            return isVisible && caller.holds(.explain, for: project) ? id : nil
        }
    }

    private func demand(of request: ExplainRequest, as caller: Caller) async throws -> Demand {
        var policy: PreparedPolicy?
        if let name = request.policy {
            let missing = ManagementError.invalid("/policy", "there is no policy with this id or name")
            guard let found = engine.policy(named: name) else { throw missing }
            // What a policy demands stands in the verdicts: for others than its readers it does not exist.
            let project = found.record.project.flatMap { engine.project($0)?.name }
            guard caller.holds(.explain, forPolicyOf: project) || caller.holds(.policiesRead, forPolicyOf: project)
            else {
                throw missing
            }
            policy = found
        }
        let base = policy?.demand
        var audience = base?.audience ?? .everyProjectButLanyard
        if let reference = request.project {
            let project = try await read { _, resolver in
                try resolver.project(reference, for: caller, demanding: .explain, at: "/project")
            }
            audience = .projects([project.id])
        }
        return Demand(
            audience: audience, environment: request.environment ?? base?.environment,
            scope: request.scope ?? base?.scope, methods: base?.methods ?? [], paths: base?.paths ?? PathPatternSet([]),
            costs: request.costs ?? base?.costs ?? .oneRequest, canFinish: base?.canFinish ?? true)
    }
}
