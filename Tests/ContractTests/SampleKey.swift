import LanyardCore
import Testing

/// A key with something in every field, and a node that knows it.
struct SampleKey {
    let secret = Secret.generate(prefix: .lyd, environment: .live)
    let now = Now(
        wall: Timestamp(milliseconds: 1_800_000_000_000), monotonic: MonotonicInstant(nanoseconds: 1_000_000_000_000))
    let created = Timestamp(milliseconds: 1_700_000_000_000)
    var record: KeyRecord
    var account: AccountRecord
    /// How its quotas stand.
    let quotas: [QuotaStatus]

    init() throws {
        record = KeyRecord(
            id: KeyID.make(atMilliseconds: 1), name: "billing \"cron\"", project: ProjectID.make(atMilliseconds: 2),
            environment: .live, hint: secret.hint, createdAt: created)
        account = AccountRecord(
            id: AccountID.make(atMilliseconds: 3), name: "Acme Ltd", externalID: "cus_481", createdAt: created)
        account.limits = [LimitDefinition(name: "all", unit: .requests, amount: 1_000, windowMilliseconds: 60_000)]
        account.quotas = [
            QuotaDefinition(name: "all", unit: .tokens, amount: 2_000_000, period: .day, onOutage: .allow),
            QuotaDefinition(name: "prepaid", unit: .usd, amount: 0, period: .lifetime),
        ]
        account.isSuspended = false
        account.suspendedReason = "unpaid"
        account.metadata = Metadata(json: #"{"tier":1}"#)
        record.account = account.id
        record.scopes = [try #require(Scope("invoices:read"))]
        record.limits = [
            LimitDefinition(name: "burst", unit: .requests, amount: 10, windowMilliseconds: 1_000),
            LimitDefinition(name: "spend", unit: .usd, amount: 5_000_000_150, windowMilliseconds: 86_400_000),
        ]
        record.quotas = [
            QuotaDefinition(name: "monthly", unit: .requests, amount: 10_000, period: .month),
            QuotaDefinition(
                name: "spend", unit: .usd, amount: 5_000_000_150, period: .month, alertAt: [50, 80, 100]),
            QuotaDefinition(name: "trial", unit: .requests, amount: 0, period: .lifetime),
        ]
        quotas = (record.quotas + account.quotas).map { quota in
            let period = quota.period.span(containing: Timestamp(milliseconds: 1_800_000_000_000))
            return QuotaStatus(quota, source: .key, period: period, balance: nil)
        }
        record.maximumInFlight = 8
        record.ipAllowlist = [try CIDR(parsing: "203.0.113.0/24")]
        record.methods = [try #require(HTTPMethodName("GET"))]
        record.paths = [try PathPattern(parsing: "/v1/**")]
        record.notBefore = created
        record.expiresAt = created.advanced(byMilliseconds: 400_000_000_000)
        record.metadata = Metadata(json: #"{"team":"billing"}"#)
        record.lastUsedAt = created
    }

    var resolved: ResolvedKey {
        let state = AllowanceState(subject: Subject(record.id))
        state.configure(
            limits: LimitSet(record.limits.map { ($0, .key) }), maximumInFlight: record.maximumInFlight, epoch: 1)
        let shared = AllowanceState(subject: Subject(account.id))
        shared.configure(limits: LimitSet(account.limits.map { ($0, .account) }), maximumInFlight: nil, epoch: 1)
        return ResolvedKey(
            record: record, digest: secret.digest, projectName: "payments",
            account: ResolvedAccount(account, state: shared, epoch: 1), scopes: ScopeSet(record.scopes), state: state,
            roleNames: ["accountant"], planName: "free")
    }

    /// The request that a test asks about.
    func request(_ demand: Demand) -> DecisionRequest {
        DecisionRequest(
            presented: .digest(secret.digest), demand: demand, address: IPAddress("203.0.113.9"),
            method: HTTPMethodName("GET"))
    }
}

/// A node that is current, and knows one key.
struct OneKeyNode: DecisionNode {
    let digest: SecretDigest
    let key: ResolvedKey

    var acceptsForeignSecrets: Bool { false }
    func isCurrent(at now: MonotonicInstant) -> Bool { true }
    func find(_ digest: SecretDigest) -> Lookup {
        digest == self.digest ? .found(key) : .absent
    }
    func lookUpWait(for address: IPAddress?, at now: MonotonicInstant) -> Int64? { nil }
    func openCall(_ call: OpenedCall, at now: MonotonicInstant) -> GrantID? { .make(atMilliseconds: 9) }
    func needsLedger(_ state: AllowanceState) {}
    func needsFlush(_ state: AllowanceState) {}
    func retire(_ tally: UsageTally, of subject: Subject) {}
    func countUnattributed(_ code: DenialCode, now: Now) {}
}
