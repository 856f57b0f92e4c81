import LanyardCore

struct ProjectSnapshot: AuditSnapshot {
    let name: String
    let prefix: SecretPrefix
    let environments: [EnvironmentName]

    init(_ project: ProjectRecord) {
        name = project.name
        prefix = project.prefix
        environments = project.environments
    }
}

struct AccountSnapshot: AuditSnapshot {
    let name: String
    let externalId: String?
    let billingDay: Int
    let limits: [LimitSnapshot]
    let quotas: [QuotaSnapshot]
    let suspended: Bool
    let suspendedReason: String?
    let metadata: String

    init(_ account: AccountRecord) {
        name = account.name
        externalId = account.externalID
        billingDay = account.billingDay
        limits = account.limits.map(LimitSnapshot.init)
        quotas = account.quotas.map(QuotaSnapshot.init)
        suspended = account.isSuspended
        suspendedReason = account.suspendedReason
        metadata = account.metadata.json
    }
}

struct PlanSnapshot: AuditSnapshot {
    let name: String
    let scopes: [Scope]
    let limits: [LimitSnapshot]
    let quotas: [QuotaSnapshot]
    let inFlight: Int32?

    init(_ plan: PlanRecord) {
        name = plan.name
        scopes = plan.scopes
        limits = plan.limits.map(LimitSnapshot.init)
        quotas = plan.quotas.map(QuotaSnapshot.init)
        inFlight = plan.maximumInFlight
    }
}

struct RoleSnapshot: AuditSnapshot {
    let name: String
    let scopes: [Scope]
    let builtin: Bool

    init(_ role: RoleRecord) {
        name = role.name
        scopes = role.scopes
        builtin = role.isBuiltIn
    }
}

struct PolicySnapshot: AuditSnapshot {
    struct CostsSnapshot: Encodable {
        let requests: Int64
        let tokens: Int64
        let nanoUsd: Int64
    }

    let name: String
    let project: ProjectID?
    let environment: EnvironmentName?
    let scope: String?
    let costs: CostsSnapshot
    let dialect: ProxyDialect
    let keyFrom: [KeySource]
    let methods: [HTTPMethodName]
    let paths: [PathPattern]

    init(_ policy: PolicyRecord) {
        name = policy.name
        project = policy.project
        environment = policy.environment
        scope = policy.scope
        costs = CostsSnapshot(
            requests: policy.costs.requests, tokens: policy.costs.tokens, nanoUsd: policy.costs.nanoUSD)
        dialect = policy.dialect
        keyFrom = policy.keyFrom
        methods = policy.methods
        paths = policy.paths
    }
}
