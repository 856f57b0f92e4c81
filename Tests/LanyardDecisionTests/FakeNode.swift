import LanyardCore
import Testing

/// A node without a store: what it knows is what a test put in.
final class FakeNode: DecisionNode {
    var isCurrent = true
    var acceptsForeignSecrets = false
    var secrets: [SecretDigest: ResolvedKey] = [:]
    /// Digests that must be loaded first.
    var unloaded: Set<SecretDigest> = []
    var lookUpWaitMilliseconds: Int64?
    var hasRoomForCalls = true
    private(set) var unattributed: [DenialCode: Int] = [:]
    private(set) var listed: [Subject] = []
    private(set) var askedLedger: [Subject] = []
    private(set) var retired: [(UsageTally, Subject)] = []

    func isCurrent(at now: MonotonicInstant) -> Bool { isCurrent }

    func find(_ digest: SecretDigest) -> Lookup {
        if unloaded.contains(digest) { return .unloaded }
        return secrets[digest].map { .found($0) } ?? .absent
    }

    func lookUpWait(for address: IPAddress?, at now: MonotonicInstant) -> Int64? { lookUpWaitMilliseconds }

    func openCall(_ call: OpenedCall, at now: MonotonicInstant) -> GrantID? {
        hasRoomForCalls ? GrantID.make(atMilliseconds: 0) : nil
    }

    func needsLedger(_ state: AllowanceState) { askedLedger.append(state.subject) }

    func needsFlush(_ state: AllowanceState) { listed.append(state.subject) }

    func retire(_ tally: UsageTally, of subject: Subject) { retired.append((tally, subject)) }

    func countUnattributed(_ code: DenialCode, now: Now) { unattributed[code, default: 0] += 1 }
}

/// A request that would be granted, and everything about it that a test may spoil.
struct Scene {
    static let now = Now(
        wall: Timestamp(milliseconds: 1_800_000_000_000), monotonic: MonotonicInstant(nanoseconds: 5_000_000_000_000))
    static let limit = LimitDefinition(name: "steady", unit: .requests, amount: 10, windowMilliseconds: 60_000)

    let node = FakeNode()
    let secret: Secret
    var record: KeyRecord
    var account: AccountRecord
    var graceEndsAt: Timestamp?
    var isKnown = true
    var isUnloaded = false
    var presentedText: [UInt8]?
    var isAmbiguous = false
    var audience = Demand.Audience.everyProjectButLanyard
    var environment: EnvironmentName?
    var scope: String? = "invoices:read"
    var demandMethods: [HTTPMethodName] = []
    var demandPaths: [PathPattern] = []
    var costs = Costs.oneRequest
    var canFinish = true
    var address: IPAddress? = IPAddress("203.0.113.7")
    var method: HTTPMethodName? = HTTPMethodName("GET")
    var path = "/v1/invoices/7"
    var keyLimits = [Scene.limit]
    var accountLimits = [Scene.limit]
    var maximumInFlight: Int32?
    /// Units charged to the key's and the account's limit before the request.
    var keyUnitsBefore: Int64 = 0
    var accountUnitsBefore: Int64 = 0
    var callsOpenBefore: Int64 = 0

    init() throws {
        let prefix = try #require(SecretPrefix("lyd"))
        let live = try #require(EnvironmentName("live"))
        secret = Secret.generate(prefix: prefix, environment: live)
        presentedText = secret.withUnsafeBytes { Array($0) }
        let created = Timestamp(milliseconds: 1_700_000_000_000)
        let project = ProjectID.make(atMilliseconds: 1)
        record = KeyRecord(
            id: KeyID.make(atMilliseconds: 2), name: "test", project: project, environment: live, hint: secret.hint,
            createdAt: created)
        record.scopes = [try #require(Scope("invoices:read"))]
        account = AccountRecord(id: AccountID.make(atMilliseconds: 3), name: "acme", createdAt: created)
    }
}

/// The scene put together: the states whose counts a test compares.
struct Stage {
    let scene: Scene
    let key: ResolvedKey
    let keyState: AllowanceState
    let accountState: AllowanceState
    let demand: Demand

    init(_ scene: Scene) throws {
        self.scene = scene
        keyState = AllowanceState(subject: Subject(scene.record.id))
        accountState = AllowanceState(subject: Subject(scene.account.id))
        keyState.configure(
            limits: LimitSet(scene.keyLimits.map { ($0, .key) }), maximumInFlight: nil, epoch: 1)
        accountState.configure(
            limits: LimitSet(scene.accountLimits.map { ($0, .account) }), maximumInFlight: nil, epoch: 1)
        let account = ResolvedAccount(scene.account, state: accountState, epoch: 1)
        key = ResolvedKey(
            record: scene.record, digest: scene.secret.digest, graceEndsAt: scene.graceEndsAt, projectName: "payments",
            account: account, scopes: ScopeSet(scene.record.scopes), state: keyState, roleNames: [], planName: nil)
        demand = Demand(
            audience: scene.audience, environment: scene.environment,
            scope: try scene.scope.map { try ScopeExpression(parsing: $0) }, methods: scene.demandMethods,
            paths: PathPatternSet(scene.demandPaths), costs: scene.costs, canFinish: scene.canFinish)
        if scene.isKnown { scene.node.secrets[key.digest] = key }
        if scene.isUnloaded { scene.node.unloaded = [key.digest] }
        try fill()
    }

    /// Brings the counts to where the scene wants them, by decisions like any other.
    private func fill() throws {
        func spend(_ times: Int64, on state: AllowanceState, _ costs: Costs = .oneRequest) {
            let stand = ResolvedKey(
                record: scene.record, digest: scene.secret.digest, projectName: "", account: nil, scopes: .none,
                state: state, roleNames: [], planName: nil)
            for _ in 0..<times {
                var report = LimitReport()
                let demand = Demand(costs: costs, canFinish: true)
                _ = Steps.spend(demand, stand, on: FakeNode(), now: Scene.now, report: &report)
            }
        }
        spend(scene.keyUnitsBefore, on: keyState)
        spend(scene.accountUnitsBefore, on: accountState)
        keyState.configure(
            limits: LimitSet(scene.keyLimits.map { ($0, .key) }), maximumInFlight: scene.maximumInFlight, epoch: 2)
        spend(scene.callsOpenBefore, on: keyState, Costs(requests: 0))
    }

    func decide(report: inout LimitReport) -> Decision {
        withRequest { LanyardCore.decide($0, on: scene.node, now: Scene.now, report: &report) }
    }

    func explain() -> Explanation {
        withRequest {
            LanyardCore.explain($0, key: scene.node.secrets[scene.secret.digest], on: scene.node, now: Scene.now)
        }
    }

    private func withRequest<Result>(_ body: (DecisionRequest) -> Result) -> Result {
        Array(scene.path.utf8).withUnsafeBytes { path in
            (scene.presentedText ?? []).withUnsafeBytes { text in
                var presented = DecisionRequest.Presented.text(text)
                if scene.presentedText == nil { presented = .nothing }
                if scene.isAmbiguous { presented = .ambiguous }
                return body(
                    DecisionRequest(
                        presented: presented, demand: demand, address: scene.address, method: scene.method, path: path))
            }
        }
    }

    /// Everything that a decision could have charged.
    var charged: [WindowSnapshot] {
        snapshots(Scene.now) + [WindowSnapshot(head: 0, amounts: [Int64(keyState.callsInFlight)])]
    }
}
