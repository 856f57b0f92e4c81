package import LanyardCore
import Synchronization

/// A policy, made ready for decisions.
package struct PreparedPolicy: Sendable {
    package let record: PolicyRecord
    package let demand: Demand

    /// A policy's texts were checked when it was written; one that no longer parses is refused whole, never applied in part.
    package init(_ record: PolicyRecord) throws(ScopeSyntaxError) {
        self.record = record
        var scope: ScopeExpression?
        if let text = record.scope { scope = try ScopeExpression(parsing: text) }
        demand = Demand(
            audience: record.project.map { .projects([$0]) } ?? .everyProjectButLanyard,
            environment: record.environment, scope: scope, methods: record.methods,
            paths: PathPatternSet(record.paths), costs: record.costs, canFinish: false)
    }
}

/// Projects and policies, all of them, by id and by name: few, and asked for synchronously.
final class Directory: Sendable {
    private let content = Mutex(Content())

    private struct Content {
        var policiesByName: [String: PreparedPolicy] = [:]
        var policyNames: [PolicyID: String] = [:]
        var projectsByName: [String: ProjectRecord] = [:]
        var projectNames: [ProjectID: String] = [:]
        /// By which change each stands as it does, so that an older reading can't come after a newer one.
        var policyEpochs: [PolicyID: Int64] = [:]
        var projectEpochs: [ProjectID: Int64] = [:]
    }

    func policy(named name: String) -> PreparedPolicy? {
        content.withLock { content in
            content.policiesByName[name]
                ?? PolicyID(name).flatMap { content.policyNames[$0] }.flatMap { content.policiesByName[$0] }
        }
    }

    func project(named name: String) -> ProjectRecord? {
        content.withLock { content in
            content.projectsByName[name]
                ?? ProjectID(name).flatMap { content.projectNames[$0] }.flatMap { content.projectsByName[$0] }
        }
    }

    func project(_ id: ProjectID) -> ProjectRecord? {
        content.withLock { content in
            content.projectNames[id].flatMap { content.projectsByName[$0] }
        }
    }

    /// Puts these in the place of all that there were.
    func reset(projects: [ProjectRecord], policies: [PreparedPolicy], epoch: Int64) {
        var new = Content()
        for project in projects {
            new.projectNames[project.id] = project.name
            new.projectsByName[project.name] = project
            new.projectEpochs[project.id] = epoch
        }
        for policy in policies {
            new.policyNames[policy.record.id] = policy.record.name
            new.policiesByName[policy.record.name] = policy
            new.policyEpochs[policy.record.id] = epoch
        }
        let content = new
        self.content.withLock { $0 = content }
    }

    /// Puts a policy in the place of its former self; `nil` takes it away.
    func set(_ policy: PreparedPolicy?, for id: PolicyID, epoch: Int64) {
        content.withLock { content in
            guard epoch >= content.policyEpochs[id] ?? .min else { return }
            content.policyEpochs[id] = epoch
            if let name = content.policyNames.removeValue(forKey: id) { content.policiesByName[name] = nil }
            guard let policy else { return }
            content.policyNames[id] = policy.record.name
            content.policiesByName[policy.record.name] = policy
        }
    }

    /// Puts a project in the place of its former self; `nil` takes it away.
    func set(_ project: ProjectRecord?, for id: ProjectID, epoch: Int64) {
        content.withLock { content in
            guard epoch >= content.projectEpochs[id] ?? .min else { return }
            content.projectEpochs[id] = epoch
            if let name = content.projectNames.removeValue(forKey: id) { content.projectsByName[name] = nil }
            guard let project else { return }
            content.projectNames[id] = project.name
            content.projectsByName[project.name] = project
        }
    }
}
