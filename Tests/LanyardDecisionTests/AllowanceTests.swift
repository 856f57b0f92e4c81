import LanyardCore
import LanyardTesting
import Testing

@Suite("Allowances of a key and its account")
struct AllowanceTests {
    @Test(
        "over random calls no limit of either is ever over, and a denied call has charged nothing",
        arguments: 1...40 as ClosedRange<UInt64>)
    func allOrNothing(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var scene = try Scene()
        scene.keyLimits = [
            LimitDefinition(name: "burst", unit: .requests, amount: 5, windowMilliseconds: 1000),
            LimitDefinition(name: "tokens", unit: .tokens, amount: 300, windowMilliseconds: 3000),
        ]
        scene.accountLimits = [LimitDefinition(name: "shared", unit: .requests, amount: 9, windowMilliseconds: 3000)]
        let stage = try Stage(scene)
        let limits = scene.keyLimits + scene.accountLimits
        var time = Scene.now.monotonic.nanoseconds
        var granted: [(at: Int64, costs: Costs)] = []
        var outcomes = (granted: 0, denied: 0)
        for _ in 0..<1500 {
            time += Int64.random(in: 0...150_000_000, using: &random)
            let now = Now(wall: Scene.now.wall, monotonic: MonotonicInstant(nanoseconds: time))
            let costs = Costs(
                requests: Int64.random(in: 0...2, using: &random), tokens: Int64.random(in: 0...120, using: &random))
            let before = stage.snapshots(now)
            var report = LimitReport()
            let demand = Demand(costs: costs, canFinish: true)
            let decision = Steps.spend(demand, stage.key, on: scene.node, now: now, report: &report)
            if case .deny(let denial) = decision {
                outcomes.denied += 1
                #expect(denial.code == .rateLimited)
                #expect(stage.snapshots(now) == before, "seed \(seed): a denied call was charged")
                continue
            }
            outcomes.granted += 1
            granted.append((time, costs))
            for (limit, status) in zip(limits, report.statuses) {
                let window = limit.windowMilliseconds * 1_000_000
                let sum = granted.suffix(200).filter { time - $0.at < window }.reduce(0) { $0 + $1.costs[limit.unit] }
                #expect(sum <= limit.amount, "seed \(seed): \(limit.name)")
                #expect(status.remaining <= limit.amount - sum)
            }
        }
        #expect(outcomes.granted > 50 && outcomes.denied > 50)
    }

    @Test("the violated limit is the one that takes longest, and waiting that long helps")
    func longestWait() throws {
        var scene = try Scene()
        scene.keyLimits = [LimitDefinition(name: "short", unit: .requests, amount: 1, windowMilliseconds: 1000)]
        scene.accountLimits = [LimitDefinition(name: "long", unit: .requests, amount: 1, windowMilliseconds: 60_000)]
        scene.keyUnitsBefore = 1
        scene.accountUnitsBefore = 1
        let stage = try Stage(scene)
        var report = LimitReport()
        guard case .deny(let denial) = stage.decide(report: &report) else {
            Issue.record("granted")
            return
        }
        #expect(denial.violated?.definition.name == "long")
        #expect(denial.violated?.source == .account)
        let wait = try #require(denial.retryAfterMilliseconds)
        let then = Now(wall: Scene.now.wall, monotonic: Scene.now.monotonic.advanced(byMilliseconds: wait))
        guard case .grant = Steps.spend(stage.demand, stage.key, on: scene.node, now: then, report: &report) else {
            Issue.record("waiting as told did not help")
            return
        }
    }

    @Test("renaming or resizing a limit refunds nothing; another window is another count")
    func identity() throws {
        var scene = try Scene()
        scene.keyUnitsBefore = 10
        let stage = try Stage(scene)
        func remaining(_ limit: LimitDefinition) -> Int64? {
            stage.keyState.configure(limits: LimitSet([(limit, .key)]), maximumInFlight: nil, epoch: 3)
            var report = LimitReport()
            _ = Steps.spend(
                Demand(costs: Costs(requests: 0)), stage.key, on: scene.node, now: Scene.now, report: &report)
            return report.statuses.first?.remaining
        }
        #expect(remaining(LimitDefinition(name: "other", unit: .requests, amount: 10, windowMilliseconds: 60_000)) == 0)
        let huge = LimitDefinition(name: "huge", unit: .requests, amount: 5_000_000_000, windowMilliseconds: 60_000)
        #expect(remaining(huge) == 4_999_999_990)
        #expect(remaining(LimitDefinition(name: "small", unit: .requests, amount: 4, windowMilliseconds: 60_000)) == 0)
        #expect(remaining(LimitDefinition(name: "new", unit: .requests, amount: 10, windowMilliseconds: 1000)) == 10)
    }

    @Test("a load that is older than the last change does not bring its limits back")
    func olderEpoch() throws {
        let state = AllowanceState(subject: Subject(KeyID.make(atMilliseconds: 1)))
        let tight = LimitDefinition(name: "tight", unit: .requests, amount: 1, windowMilliseconds: 1000)
        let loose = LimitDefinition(name: "loose", unit: .requests, amount: 100, windowMilliseconds: 1000)
        state.configure(limits: LimitSet([(tight, .key)]), maximumInFlight: nil, epoch: 7)
        state.configure(limits: LimitSet([(loose, .key)]), maximumInFlight: nil, epoch: 6)
        var scene = try Scene()
        scene.keyLimits = []
        let key = ResolvedKey(
            record: scene.record, digest: scene.secret.digest, projectName: "", account: nil, scopes: .none,
            state: state, roleNames: [], planName: nil)
        var report = LimitReport()
        _ = Steps.spend(Demand(), key, on: scene.node, now: Scene.now, report: &report)
        #expect(report.statuses.map(\.definition) == [tight])
    }

    @Test("calls in flight open with a grant, close by their end, and are bounded")
    func inFlight() throws {
        var scene = try Scene()
        scene.maximumInFlight = 2
        let stage = try Stage(scene)
        var report = LimitReport()
        for _ in 0..<2 {
            guard case .grant(let granted) = stage.decide(report: &report) else {
                Issue.record("not granted")
                return
            }
            #expect(granted.grantID != nil)
        }
        guard case .deny(let denial) = stage.decide(report: &report) else {
            Issue.record("a third call was opened")
            return
        }
        #expect(denial.code == .tooManyInFlight)
        stage.keyState.endCall()
        guard case .grant = stage.decide(report: &report) else {
            Issue.record("the place of an ended call was not given again")
            return
        }
    }

    @Test("where no open call can be remembered, the request is refused and nothing is charged")
    func noRoomForCalls() throws {
        var scene = try Scene()
        scene.maximumInFlight = 2
        scene.node.hasRoomForCalls = false
        let stage = try Stage(scene)
        let before = stage.charged
        var report = LimitReport()
        guard case .deny(let denial) = stage.decide(report: &report) else {
            Issue.record("granted")
            return
        }
        #expect(denial.code == .unavailable)
        #expect(stage.charged == before)
    }

    @Test("each outcome is counted once, and a minute's tally is given up when the next begins")
    func tally() throws {
        let stage = try Stage(try Scene())
        var report = LimitReport()
        for _ in 0..<12 { _ = stage.decide(report: &report) }
        let flushed = stage.keyState.flush(now: Scene.now.monotonic, everything: false)
        #expect(flushed.tally?.granted == 10)
        #expect(flushed.tally?.denied == [.rateLimited: 2])
        _ = stage.decide(report: &report)
        let later = Now(wall: Scene.now.wall.advanced(byMilliseconds: 60_000), monotonic: Scene.now.monotonic)
        _ = Steps.spend(stage.demand, stage.key, on: stage.scene.node, now: later, report: &report)
        #expect(stage.scene.node.retired.count == 1)
        #expect(stage.scene.node.retired.first?.0.denied == [.rateLimited: 1])
    }
}

extension Stage {
    /// The windows that count something. Judging a request may make memory for a window that stays empty.
    func snapshots(_ now: Now) -> [WindowSnapshot] {
        [keyState, accountState].flatMap { $0.flush(now: now.monotonic, everything: true).windows }
            .filter { !$0.snapshot.isEmpty }.map(\.snapshot)
    }
}
