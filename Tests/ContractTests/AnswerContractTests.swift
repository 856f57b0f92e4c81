import LanyardCore
import LanyardHTTP
import LanyardWire
import TestSupport
import Testing

@Suite("Answers, held against openapi.yaml")
struct AnswerContractTests {
    private let validator: SchemaValidator
    private let sample: SampleKey

    init() throws {
        validator = SchemaValidator(contract: try Contract.shared.get())
        sample = try SampleKey()
    }

    private func expect(
        _ answer: some JSONWritable, _ schema: String, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let value = try JSONParser.parse(answer.bytes())
        #expect(try validator.problems(value, schema) == [], sourceLocation: sourceLocation)
    }

    private var applied: AppliedAnswer {
        AppliedAnswer(
            acknowledgedBy: [NodeID.make(atMilliseconds: 1)], pending: [NodeID.make(atMilliseconds: 2)],
            elapsedMicroseconds: 1_400)
    }

    @Test("the validator itself notices what is missing, misspelt, of another type or not to its pattern")
    func validatorNotices() throws {
        let good = try JSONParser.parse(KeyAnswer(sample.resolved, now: sample.now.wall).bytes())
        #expect(try validator.problems(good, "Key") == [])
        let members = try #require(good.object).members
        for index in members.indices {
            var changed = members
            changed.remove(at: index)
            #expect(try !validator.problems(.object(JSONObject(changed)), "Key").isEmpty, "\(members[index].name) gone")
            changed.append(JSONObject.Member(members[index].name + "x", members[index].value))
            #expect(try !validator.problems(.object(JSONObject(changed)), "Key").isEmpty)
        }
        for (name, value) in [
            ("id", JSONValue.string("key_1")), ("status", .string("asleep")), ("disabled", .null), ("limits", .null),
            ("quotas", .array([.int(1)])), ("limits", .array([.object(of: ("name", .string("a")))])),
        ] {
            let changed = members.map { $0.name == name ? JSONObject.Member(name, value) : $0 }
            #expect(try !validator.problems(.object(JSONObject(changed)), "Key").isEmpty, "\(name)")
        }
    }

    @Test("keys, full and bare")
    func keys() throws {
        let key = sample.resolved
        try expect(KeyAnswer(key, now: sample.now.wall), "Key")
        try expect(OwnKeyAnswer(key, now: sample.now.wall), "OwnKey")
        try expect(VerifiedKeyAnswer(key), "VerifiedKey")
        let bare = KeyRecord(
            id: .make(atMilliseconds: 1), name: "n", project: .make(atMilliseconds: 2), environment: .test, hint: "",
            createdAt: sample.created)
        try expect(
            KeyAnswer(record: bare, projectName: "p", account: nil, roleNames: [], planName: nil, now: sample.created),
            "Key")
        var revoked = sample.record
        revoked.revokedAt = sample.created
        revoked.revokeReason = "leaked"
        try expect(
            KeyAnswer(
                record: revoked, projectName: "p", account: AccountReference(sample.account), roleNames: [],
                planName: nil, now: sample.created), "Key")
    }

    @Test("objects in their envelopes, alone, with a secret, and with where a change holds")
    func envelopes() throws {
        let key = KeyAnswer(sample.resolved, now: sample.now.wall)
        try expect(ObjectAnswer(.key, key), "KeyAnswer")
        var created = ObjectAnswer(.key, key)
        created.secret = sample.secret
        try expect(created, "KeyCreated")
        var changed = ObjectAnswer(.key, key)
        changed.applied = applied
        try expect(changed, "KeyApplied")
        changed.secret = sample.secret
        changed.previousExpiresAt = sample.created
        try expect(changed, "KeyRotated")
        let own = OwnKeyAnswer(sample.resolved, now: sample.now.wall)
        var ownChanged = ObjectAnswer(.key, own)
        ownChanged.applied = applied
        try expect(ownChanged, "SelfApplied")
        ownChanged.secret = sample.secret
        ownChanged.previousExpiresAt = sample.created
        try expect(ownChanged, "SelfRotated")
        var revoked = ObjectAnswer(.account, sample.account)
        revoked.revoked = 3
        revoked.applied = applied
        try expect(revoked, "AccountKeysRevoked")
        var standing = ObjectAnswer(.key, key)
        standing.quotas = sample.quotas
        try expect(standing, "KeyStanding")
        var accountStanding = ObjectAnswer(.account, sample.account)
        accountStanding.quotas = sample.quotas
        try expect(accountStanding, "AccountStanding")
        for quota in sample.quotas {
            var credited = ObjectAnswer(.quota, quota)
            credited.applied = applied
            try expect(credited, "QuotaApplied")
        }
        try expect(ListAnswer([key], nextCursor: "abc"), "KeyList")
        try expect(ListAnswer([KeyAnswer](), nextCursor: nil), "KeyList")
    }

    @Test("projects, accounts, plans, roles and policies")
    func objects() throws {
        let project = ProjectRecord(
            id: .make(atMilliseconds: 1), name: "payments", prefix: .lyd, environments: [.live, .test],
            createdAt: sample.created)
        try expect(ObjectAnswer(.project, project), "ProjectAnswer")
        try expect(ObjectAnswer(.account, sample.account), "AccountAnswer")
        try expect(ListAnswer([sample.account], nextCursor: nil), "AccountList")
        var plan = PlanRecord(id: .make(atMilliseconds: 1), name: "free", createdAt: sample.created)
        try expect(ObjectAnswer(.plan, plan), "PlanAnswer")
        plan.limits = sample.record.limits
        plan.quotas = sample.record.quotas
        plan.scopes = sample.record.scopes
        plan.maximumInFlight = 4
        try expect(plan, "Plan")
        let role = RoleRecord(
            id: .make(atMilliseconds: 1), name: "reader", scopes: sample.record.scopes, createdAt: sample.created)
        try expect(ObjectAnswer(.role, role), "RoleAnswer")
        var policy = PolicyRecord(id: .make(atMilliseconds: 1), name: "invoices", createdAt: sample.created)
        try expect(ObjectAnswer(.policy, PolicyAnswer(record: policy, projectName: nil)), "PolicyAnswer")
        policy.project = project.id
        policy.environment = .live
        policy.scope = "invoices:read or invoices:admin"
        policy.costs = Costs(requests: 2, tokens: 3, nanoUSD: 4)
        policy.dialect = .envoy
        policy.keyFrom = [.bearer, .apiKeyHeader, .basic, .header("x-token"), .query("key")]
        policy.methods = sample.record.methods
        policy.paths = sample.record.paths
        try expect(PolicyAnswer(record: policy, projectName: "payments"), "Policy")
    }

    @Test("a granted check, a limited one, and one of an unknown key")
    func verify() throws {
        var sample = sample
        sample.record.paths = []
        let key = sample.resolved
        let node = OneKeyNode(digest: sample.secret.digest, key: key)
        let demand = Demand(costs: Costs(requests: 10), canFinish: true)
        var report = LimitReport()
        guard case .grant(let granted) = decide(sample.request(demand), on: node, now: sample.now, report: &report)
        else { throw FieldMismatch("it was not granted") }
        let grant = VerifyAnswer(
            denial: nil, key: granted.key, grantID: granted.grantID, limits: report.statuses, quotas: sample.quotas)
        try expect(grant, "VerifyAnswer")
        #expect(report.statuses.count == 3)
        guard case .deny(let denial) = decide(sample.request(demand), on: node, now: sample.now, report: &report)
        else { throw FieldMismatch("it was granted") }
        #expect(denial.code == .rateLimited)
        try expect(
            VerifyAnswer(
                denial: denial, key: key, grantID: nil, limits: report.statuses, quotas: sample.quotas), "VerifyAnswer")
        try expect(
            VerifyAnswer(denial: Denial(.unknownKey), key: nil, grantID: nil, limits: [], quotas: []), "VerifyAnswer")
        try expect(
            SelfAnswer(
                key: OwnKeyAnswer(key, now: sample.now.wall), limits: report.statuses, quotas: sample.quotas),
            "SelfAnswer")
    }

    @Test("a decision laid open, granted and denied")
    func explained() throws {
        var sample = sample
        sample.record.paths = []
        let key = sample.resolved
        let node = OneKeyNode(digest: sample.secret.digest, key: key)
        for scope in ["invoices:read", "invoices:write"] {
            let demand = Demand(scope: try ScopeExpression(parsing: scope), canFinish: true)
            let explanation = explain(
                sample.request(demand), key: key, on: node, now: sample.now)
            #expect((explanation.denial == nil) == (scope == "invoices:read"))
            try expect(ExplainAnswer(explanation), "ExplainAnswer")
        }
    }

    @Test(
        "every denial is a problem of the contract, with the status of DESIGN's table", arguments: DenialCode.allCases)
    func denials(code: DenialCode) throws {
        try expect(Denial(code), "Problem")
        let contexts: [Denial.Context] =
            [
                .missingScope("a:b"), .moment(sample.created), .inFlight(maximum: 8, canFinish: true),
                .inFlight(maximum: 8, canFinish: false), .demanded("x"), .detail("x"), .wait(milliseconds: 5),
            ]
            + sample.quotas.flatMap { quota in
                [.quota(quota, retryAfterMilliseconds: 5), .quota(quota, retryAfterMilliseconds: nil)]
            }
        for context in contexts { try expect(Denial(code, context), "Problem") }
    }

    @Test("every other problem is one of the contract, and every code of the contract has its problem")
    func problems() throws {
        for code in ManagementProblem.Code.allCases {
            var problem = ManagementProblem(code, "d", fix: "f")
            problem.errors = [FieldError(JSONPointer.root.appending("a"), "is required"), FieldError(.query("b"), "x")]
            problem.missingScope = "lanyard:verify"
            problem.retryAfterMilliseconds = 5
            problem.objectID = "key_x"
            try expect(problem, "Problem")
        }
        let codes = try validator.contract.schema("ProblemCode")["enum"]?.array?.compactMap(\.string) ?? []
        let ours = DenialCode.allCases.map(\.text) + ManagementProblem.Code.allCases.map(\.rawValue)
        #expect(Set(codes) == Set(ours))
    }

    @Test("the lines of an import's answer")
    func importLines() throws {
        var bytes: [UInt8] = []
        ImportLineAnswer.imported(line: 1, sample.record.id).append(to: &bytes)
        ImportLineAnswer.refused(line: 2) { ManagementProblem.digestExists(id: "key_x").write(to: &$0) }.append(
            to: &bytes)
        ImportLineAnswer.refused(line: 3) { ManagementProblem.digestExists(id: nil).write(to: &$0) }.append(to: &bytes)
        ImportLineAnswer.summary(imported: 1, refused: 1).append(to: &bytes)
        ImportLineAnswer.interrupted(resumeFrom: 3) { ManagementProblem.unavailable("x").write(to: &$0) }
            .append(to: &bytes)
        let lines = bytes.split(separator: UInt8(ascii: "\n"))
        #expect(lines.count == 5)
        #expect(bytes.last == UInt8(ascii: "\n"))
        for line in lines {
            #expect(try validator.problems(JSONParser.parse(line), "KeyImportResult") == [])
        }
        #expect(try JSONParser.parse(lines[1])["problem"]?["code"] == .string("digest_exists"))
    }

    @Test("usage, audit, nodes, health")
    func reports() throws {
        let outcomes = ["rate_limited": Int64(2), "ok": 118]
        for group in [UsageRowAnswer.Group.all, .key(nil), .key("key_1"), .account("acct_1"), .project("proj_1")] {
            let row = UsageRowAnswer(
                start: sample.created, group: group, outcomes: outcomes, tokens: 31_800, nanoUSD: 150)
            #expect(row.granted == 118 && row.denied == 2)
            try expect(ListAnswer([row], nextCursor: nil), "UsageList")
        }
        let actors: [(id: KeyID, name: String)?] = [nil, (sample.record.id, "admin")]
        for actor in actors {
            let entry = AuditEntryAnswer(
                sequence: 1, at: sample.created, actor: actor, action: "key.create", target: "key_1", before: nil,
                after: #"{"name":"n"}"#, requestID: nil, hash: Array(repeating: 0xAB, count: 32),
                previousHash: Array(repeating: 0, count: 32))
            try expect(ListAnswer([entry], nextCursor: nil), "AuditList")
        }
        try expect(AuditVerifyAnswer(entries: 4_182, firstBadSequence: nil), "AuditVerifyAnswer")
        try expect(AuditVerifyAnswer(entries: 4_182, firstBadSequence: 7), "AuditVerifyAnswer")
        for status in [NodeAnswer.Status.live, .silent] {
            let node = NodeAnswer(
                id: .make(atMilliseconds: 1), host: "alpha", version: "0.1.0", startedAt: sample.created, epoch: 5,
                behind: 2, silentMilliseconds: 31_400, status: status)
            try expect(ListAnswer([node], nextCursor: nil), "NodeList")
        }
        try expect(FinishAnswer(), "FinishAnswer")
        try expect(HealthAnswer.ready, "Health")
    }

    @Test("refused attempts")
    func attempts() throws {
        let attempt = AttemptAnswer(
            address: "2001:db8::/64", codes: [.revokedKey: 2, .unknownKey: 1], firstSeen: sample.created,
            lastSeen: sample.created, keys: [sample.record.id])
        for data in [[], [attempt]] {
            try expect(
                AttemptListAnswer(since: sample.created, data: data, withoutAddress: [.expiredKey: 1], displaced: 0),
                "AttemptList")
        }
    }

    @Test("no field of the CSV begins with what a spreadsheet takes for a formula, nor needs quotes")
    func harmlessCSV() {
        // Every text in it is an id, a time, an amount or a code, so it is enough to look at all codes and extremes.
        let codes = Dictionary(uniqueKeysWithValues: DenialCode.allCases.map { ($0.text, Int64.max / 64) })
        let id = KeyID.make(atMilliseconds: 1).description
        for group in [UsageRowAnswer.Group.all, .key(id), .key(nil), .account(nil), .project(nil)] {
            let row = UsageRowAnswer(
                start: Timestamp(milliseconds: 0), group: group, outcomes: codes, tokens: .max, nanoUSD: .max)
            for line in [row.csvHeader, row.csvLine] {
                let fields = line.split(separator: ",", omittingEmptySubsequences: false)
                #expect(fields.allSatisfy { $0.wholeMatch(of: /|[A-Za-z0-9][A-Za-z0-9_:.= -]*/) != nil }, "\(line)")
            }
        }
    }

    @Test("a row of usage as CSV has the columns of the contract")
    func csv() {
        var row = UsageRowAnswer(
            start: sample.created, group: .key("key_1"), outcomes: ["rate_limited": 2, "ok": 118], tokens: 31_800,
            nanoUSD: 0)
        #expect(row.csvHeader == "start,key_id,granted,denied,tokens,usd,outcomes")
        #expect(row.csvLine == "2023-11-14T22:13:20.000Z,key_1,118,2,31800,0.00,ok=118 rate_limited=2")
        row.group = .account(nil)
        #expect(row.csvHeader.hasPrefix("start,account_id,granted"))
        #expect(row.csvLine.hasPrefix("2023-11-14T22:13:20.000Z,,118"))
        row.group = .all
        #expect(row.csvHeader == "start,granted,denied,tokens,usd,outcomes")
    }

    @Test(
        "milliseconds keep as many decimals as they need",
        arguments: [
            (0, "0"), (1, "0.001"), (1_400, "1.4"), (1_050, "1.05"), (5_000_000, "5000"),
        ])
    func elapsed(microseconds: Int64, text: String) throws {
        var answer = ObjectAnswer(.account, sample.account)
        answer.applied = AppliedAnswer(acknowledgedBy: [], pending: [], elapsedMicroseconds: microseconds)
        #expect(try JSONParser.parse(answer.bytes())["elapsed_ms"]?.number?.text == text)
    }
}
