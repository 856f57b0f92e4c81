import LanyardCore
import LanyardStorage

/// Records to be written: minimal ones, numbered, and ones of which every field is set to something unusual.
enum Samples {
    /// Text that a careless store would break: quotes, wildcards, a backslash, and characters of two to four bytes.
    static let oddText = "O'Brien \"%_\\\" größer \u{0301}漢字 🔑\n\t; -- {}"

    static func time(_ milliseconds: Int64) -> Timestamp { Timestamp(milliseconds: milliseconds) }

    /// Later numbers are newer ids.
    static func id<Tag>(_ number: Int) -> Identifier<Tag> {
        Identifier(high: UInt64(number) << 16 | 7 << 12, low: 0b10 << 62 | UInt64(number) &* 0x9E37_79B9 & 0xFFFF_FFFF)
    }

    static func digest(_ number: Int) -> SecretDigest {
        Array("sample \(number)".utf8).withUnsafeBytes { SecretDigest(hashing: $0) }
    }

    static func secret(_ number: Int, of key: KeyID) -> SecretRecord {
        let digest = digest(number)
        return SecretRecord(
            digest: digest, key: key, publicKey: PublicKeyBytes(bytes: digest.bytes), createdAt: time(1000))
    }

    static func key(_ number: Int, of project: ProjectID = project(1).id) -> KeyRecord {
        KeyRecord(
            id: id(number), name: "key \(number)", project: project, environment: .live, hint: "abcd",
            createdAt: time(1000))
    }

    static func project(_ number: Int) -> ProjectRecord {
        ProjectRecord(
            id: id(number), name: "project \(number)", prefix: .lyd, environments: [.live, .test],
            createdAt: time(1000))
    }

    static func account(_ number: Int) -> AccountRecord {
        AccountRecord(id: id(number), name: "account \(number)", createdAt: time(1000))
    }

    static func plan(_ number: Int) -> PlanRecord {
        PlanRecord(id: id(number), name: "plan \(number)", createdAt: time(1000))
    }

    static func role(_ number: Int) -> RoleRecord {
        RoleRecord(id: id(number), name: "role \(number)", scopes: [], createdAt: time(1000))
    }

    static func policy(_ number: Int) -> PolicyRecord {
        PolicyRecord(id: id(number), name: "policy \(number)", createdAt: time(1000))
    }

    static func event(_ number: Int) -> AuditEvent {
        AuditEvent(at: time(Int64(number)), actor: nil, actorName: "tester", action: "key.create", target: "key")
    }

    static func clock(_ number: Int64 = 1) -> SavedClock {
        SavedClock(
            monotonic: MonotonicInstant(nanoseconds: number), wall: time(number), bootID: "run", offsetNanoseconds: 0,
            isClean: true)
    }

    static func window(of subject: Subject, amounts: [Int64], head: Int64 = 100) -> SavedWindow {
        SavedWindow(
            subject: subject, identity: WindowIdentity(unit: .requests, windowMilliseconds: 60_000, source: .key),
            snapshot: WindowSnapshot(head: head, amounts: amounts))
    }
}

// MARK: - Every field set

extension Samples {
    /// Limits of every unit, at the ends of their ranges.
    static let fullLimits = [
        LimitDefinition(name: "burst", unit: .requests, amount: 1, windowMilliseconds: 1000),
        LimitDefinition(name: "tpm", unit: .tokens, amount: 1_000_000_000_000, windowMilliseconds: 60_000),
        LimitDefinition(
            name: "spend", unit: .usd, amount: 1_000_000_000_000_000_000, windowMilliseconds: 2_678_400_000),
    ]

    /// Quotas of every unit and period, at the ends of their ranges.
    static let fullQuotas = [
        QuotaDefinition(name: "hourly", unit: .requests, amount: 1, period: .hour),
        QuotaDefinition(name: "daily", unit: .requests, amount: 2, period: .day, alertAt: [1, 50, 100]),
        QuotaDefinition(name: "weekly", unit: .tokens, amount: 1_000_000_000_000, period: .week, onOutage: .allow),
        QuotaDefinition(name: "spend", unit: .usd, amount: 1_000_000_000_000_000_000, period: .month),
        QuotaDefinition(name: "prepaid", unit: .usd, amount: 0, period: .lifetime),
    ]

    static func fullKey() throws -> KeyRecord {
        var key = key(1)
        key.name = oddText
        key.environment = .test
        key.account = account(1).id
        key.scopes = try ["invoices:read", "*:write", "lanyard:keys:write@payments"].map(Scope.init(parsing:))
        key.roles = [role(2).id, role(1).id]
        key.plan = plan(1).id
        key.limits = fullLimits
        key.quotas = fullQuotas
        key.maximumInFlight = .max
        key.ipAllowlist = try ["203.0.113.0/24", "2001:db8::/32", "192.0.2.1/32"].map(CIDR.init(parsing:))
        key.methods = ["POST", "GET"].compactMap(HTTPMethodName.init(_:))
        key.paths = try ["/v1/invoices/**", "/größe/*"].map(PathPattern.init(parsing:))
        key.proof = .signature
        key.notBefore = time(-1)
        key.expiresAt = time(.max)
        key.isDisabled = true
        key.revokedAt = time(3000)
        key.revokeReason = oddText
        key.allowsSelfRotation = true
        key.metadata = Metadata(json: #"{"team":"b\u0000\"il\\ling","n":[1,null]}"#)
        key.hint = "_x9Z"
        key.isImported = true
        key.updatedAt = time(2000)
        key.lastUsedAt = time(4000)
        return key
    }

    static func fullAccount() -> AccountRecord {
        var account = account(1)
        account.name = oddText
        account.externalID = oddText
        account.billingDay = 28
        account.limits = fullLimits
        account.quotas = fullQuotas
        account.isSuspended = true
        account.suspendedReason = oddText
        account.metadata = Metadata(json: #"{"a":{}}"#)
        account.updatedAt = time(2000)
        return account
    }

    static func fullPlan() throws -> PlanRecord {
        var plan = plan(1)
        plan.name = oddText
        plan.scopes = try ["a", "b:*"].map(Scope.init(parsing:))
        plan.limits = fullLimits
        plan.quotas = fullQuotas
        plan.maximumInFlight = 1
        plan.updatedAt = time(2000)
        return plan
    }

    static func fullRole() throws -> RoleRecord {
        var role = role(1)
        role.name = oddText
        role.scopes = try ["b:*", "a"].map(Scope.init(parsing:))
        role.isBuiltIn = true
        role.updatedAt = time(2000)
        return role
    }

    static func fullPolicy() throws -> PolicyRecord {
        var policy = policy(1)
        policy.name = oddText
        policy.project = project(1).id
        policy.environment = .test
        policy.scope = "a and (b or c)"
        policy.costs = Costs(requests: 0, tokens: 7, nanoUSD: .max)
        policy.dialect = .envoy
        policy.keyFrom = [.header("x-key"), .basic, .query("Key"), .body("key"), .bearer, .apiKeyHeader]
        policy.methods = ["GET"].compactMap(HTTPMethodName.init(_:))
        policy.paths = try ["/a/**"].map(PathPattern.init(parsing:))
        policy.updatedAt = time(2000)
        return policy
    }
}
