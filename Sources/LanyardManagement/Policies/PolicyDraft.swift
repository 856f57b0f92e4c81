package import LanyardCore

/// A policy as a request describes it. Only the name is needed.
package struct PolicyDraft: Sendable {
    package var name: String
    package var project: Reference<ProjectTag>?
    package var environment: EnvironmentName?
    /// A scope expression as text.
    package var scope: String?
    package var costs = Costs.oneRequest
    package var dialect = ProxyDialect.none
    package var keyFrom = KeySource.standard
    package var methods: [HTTPMethodName] = []
    package var paths: [PathPattern] = []

    package init(name: String) {
        self.name = name
    }
}

/// What a change does to a policy.
package struct PolicyPatch: Sendable {
    package var name: Edit<String> = .keep
    package var project: Edit<Reference<ProjectTag>?> = .keep
    package var environment: Edit<EnvironmentName?> = .keep
    package var scope: Edit<String?> = .keep
    package var costs: Edit<Costs> = .keep
    package var dialect: Edit<ProxyDialect> = .keep
    package var keyFrom: Edit<[KeySource]> = .keep
    package var methods: Edit<[HTTPMethodName]> = .keep
    package var paths: Edit<[PathPattern]> = .keep

    package init() {}
}

/// A policy with the project that it names.
package struct PolicyDetails: Sendable, Equatable {
    package let record: PolicyRecord
    package let project: ProjectRecord?
}
