import Foundation
import LanyardCore

/// What the audit log shows of an object before and after: an object of JSON with its members in order, so that two of
/// the same state are the same text. Never a secret, a digest or a public key: a snapshot is written member by member,
/// and none of these is one.
protocol AuditSnapshot: Encodable {}

extension AuditSnapshot {
    func text() throws -> String {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
}

/// A limit as the log shows it.
struct LimitSnapshot: Encodable {
    let name: String
    let unit: AllowanceUnit
    /// Requests or tokens.
    let amount: Int64?
    /// Money.
    let amountNanoUsd: Int64?
    let windowMs: Int64
    /// Only where they are not the usual ones.
    let onOutage: LimitDefinition.OutageRule?
    let onLoss: LimitDefinition.LossRule?

    init(_ limit: LimitDefinition) {
        name = limit.name
        unit = limit.unit
        switch limit.unit {
        case .requests, .tokens: (amount, amountNanoUsd) = (limit.amount, nil)
        case .usd: (amount, amountNanoUsd) = (nil, limit.amount)
        }
        windowMs = limit.windowMilliseconds
        onOutage = limit.onOutage == .deny ? nil : limit.onOutage
        onLoss = limit.onLoss == .forget ? nil : limit.onLoss
    }
}

struct KeySnapshot: AuditSnapshot {
    let name: String
    let project: ProjectID
    let environment: EnvironmentName
    let account: AccountID?
    let scopes: [Scope]
    let roles: [RoleID]
    let plan: PlanID?
    let limits: [LimitSnapshot]
    let quotas: [QuotaSnapshot]
    let inFlight: Int32?
    let ipAllowlist: [CIDR]
    let methods: [HTTPMethodName]
    let paths: [PathPattern]
    let proof: ProofRequirement
    let notBefore: String?
    let expiresAt: String?
    let disabled: Bool
    let revokedAt: String?
    let revokeReason: String?
    let allowSelfRotate: Bool
    let metadata: String
    let hint: String
    let imported: Bool
    /// After a rotation: when the secret that was current before stops working.
    var previousExpiresAt: String?

    init(_ key: KeyRecord, previousExpiresAt: Timestamp? = nil) {
        name = key.name
        project = key.project
        environment = key.environment
        account = key.account
        scopes = key.scopes
        roles = key.roles
        plan = key.plan
        limits = key.limits.map(LimitSnapshot.init)
        quotas = key.quotas.map(QuotaSnapshot.init)
        inFlight = key.maximumInFlight
        ipAllowlist = key.ipAllowlist
        methods = key.methods
        paths = key.paths
        proof = key.proof
        notBefore = key.notBefore?.rfc3339
        expiresAt = key.expiresAt?.rfc3339
        disabled = key.isDisabled
        revokedAt = key.revokedAt?.rfc3339
        revokeReason = key.revokeReason
        allowSelfRotate = key.allowsSelfRotation
        metadata = key.metadata.json
        hint = key.hint
        imported = key.isImported
        self.previousExpiresAt = previousExpiresAt?.rfc3339
    }
}

/// A batch of imported keys: one entry for all, for they are many and alike, and their lines are in the operator's
/// hands.
struct ImportSnapshot: AuditSnapshot {
    let imported: Int
    let refused: Int
    let firstLine: Int
    let lastLine: Int
    let firstKey: KeyID
    let lastKey: KeyID
}

/// The keys that one batch of a bulk revocation has revoked.
struct RevokedKeysSnapshot: AuditSnapshot {
    let revoked: [KeyID]
    let reason: String?
}
