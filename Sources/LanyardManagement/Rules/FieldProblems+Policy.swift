import LanyardCore

extension FieldProblems {
    /// The rules that a policy keeps.
    mutating func check(_ policy: PolicyRecord, of project: ProjectRecord?) {
        checkSlug(policy.name, of: PolicyTag.self)
        if let environment = policy.environment, let project, !project.environments.contains(environment) {
            let known = project.environments.map(\.description).joined(separator: ", ")
            add("/environment", "expected an environment of the project: \(known)")
        }
        if let scope = policy.scope {
            do {
                _ = try ScopeExpression(parsing: scope)
            } catch {
                add("/scope", error.description)
            }
        }
        check(policy.costs)
        check(policy.keyFrom)
        checkCount(policy.methods.count, atMost: RecordBounds.methods, at: "/methods")
        checkCount(policy.paths.count, atMost: RecordBounds.paths, at: "/paths")
    }

    private mutating func check(_ costs: Costs) {
        let amounts = 0...LimitDefinition.Bounds.amount.upperBound
        if !amounts.contains(costs.requests) { add("/costs/requests", "expected 0 to \(amounts.upperBound)") }
        if !amounts.contains(costs.tokens) { add("/costs/tokens", "expected 0 to \(amounts.upperBound)") }
        if !(0...LimitDefinition.Bounds.nanoUSD.upperBound).contains(costs.nanoUSD) {
            add("/costs/usd", "expected 0 to 1000000000.00")
        }
    }

    private mutating func check(_ sources: [KeySource]) {
        if !(1...RecordBounds.keySources).contains(sources.count) {
            add("/key_from", "expected 1 to \(RecordBounds.keySources) places")
        }
        for (index, source) in sources.enumerated() {
            switch source {
            case .bearer, .apiKeyHeader, .header, .basic, .query: break
            case .body: add("/key_from/\(index)", "a proxy that asks does not pass the body on")
            }
            if sources[..<index].contains(source) { add("/key_from/\(index)", "this place is named already") }
        }
    }
}
