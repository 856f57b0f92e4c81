/// What a way in demands of a key: a policy made ready, or the parameters of one verification.
package final class Demand: Sendable {
    /// Which projects' keys will do.
    package enum Audience: Sendable, Equatable {
        /// Every project but the built-in one: an administrator's key must not pass for a customer's.
        case everyProjectButLanyard
        /// Every project: for Lanyard's own ways in, whose callers are administrators' keys.
        case everyProject
        case projects([ProjectID])
    }

    package let audience: Audience
    package let environment: EnvironmentName?
    package let scope: ScopeExpression?
    package let methods: [HTTPMethodName]
    package let paths: PathPatternSet
    package let costs: Costs
    /// Where quotas can't bear ``costs``, so much will do, and the call is clamped to what they can bear.
    package let leastCosts: Costs?
    /// Whether the way in can tell when a call ends; where it can't, a key that bounds its calls in flight is refused.
    package let canFinish: Bool

    package init(
        audience: Audience = .everyProjectButLanyard, environment: EnvironmentName? = nil,
        scope: ScopeExpression? = nil,
        methods: [HTTPMethodName] = [], paths: PathPatternSet = PathPatternSet([]), costs: Costs = .oneRequest,
        leastCosts: Costs? = nil, canFinish: Bool = false
    ) {
        self.audience = audience
        self.environment = environment
        self.scope = scope
        self.methods = methods
        self.paths = paths
        self.costs = costs
        self.leastCosts = leastCosts
        self.canFinish = canFinish
    }

    package func admits(project: ProjectID) -> Bool {
        switch audience {
        case .everyProjectButLanyard: project != ProjectRecord.lanyardID
        case .everyProject: true
        case .projects(let projects): projects.contains(project)
        }
    }
}
