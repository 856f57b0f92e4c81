import LanyardCore
import LanyardEngine
import Synchronization

@testable import LanyardDataPlane

/// Decisions on keys that are held in memory, by the real `decide`. What a load takes is the test's to say.
final class MemoryDecisions: DecisionService {
    enum Load: Sendable {
        case succeeds
        case fails
        /// Until ``release()``.
        case waits
    }

    struct Failure: Error {}

    private struct Content {
        var known: [SecretDigest: ResolvedKey] = [:]
        var loaded: Set<SecretDigest> = []
        var policies: [String: PreparedPolicy] = [:]
        var projects: [String: ProjectRecord] = [:]
        var open: [GrantID: AllowanceState] = [:]
        var ended: Set<GrantID> = []
        var isElsewhere: Set<GrantID> = []
        var elsewhere: [GrantID: FinishOutcome] = [:]
        var load = Load.succeeds
        var loads = 0
        var decisions = 0
        var isReady = true
        /// Loads succeed and nothing is known afterwards, as if each were evicted at once.
        var forgets = false
        var lookUpWait: Int64?
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let content = Mutex(Content())
    private let start = ContinuousClock.now

    var now: Now {
        let elapsed = (ContinuousClock.now - start).components
        let nanoseconds = elapsed.seconds * 1_000_000_000 + elapsed.attoseconds / 1_000_000_000
        return Now(
            wall: Timestamp(milliseconds: 1_790_000_000_000 + nanoseconds / 1_000_000),
            monotonic: MonotonicInstant(nanoseconds: 1_000_000_000_000 + nanoseconds))
    }

    var isReady: Bool { content.withLock { $0.isReady } }
    func set(isReady: Bool) { content.withLock { $0.isReady = isReady } }
    func set(load: Load) { content.withLock { $0.load = load } }
    func set(lookUpWait: Int64?) { content.withLock { $0.lookUpWait = lookUpWait } }
    func set(forgets: Bool) { content.withLock { $0.forgets = forgets } }
    var loads: Int { content.withLock { $0.loads } }
    var decisions: Int { content.withLock { $0.decisions } }
    var openCalls: Int { content.withLock { $0.open.count } }

    func release() {
        let waiters = content.withLock { content in
            content.load = .succeeds
            defer { content.waiters = [] }
            return content.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    // MARK: What there is

    /// A key of the project `default`, unless the record is changed.
    @discardableResult
    func add(
        _ secret: Secret, isLoaded: Bool = true, account: ResolvedAccount? = nil, projectName: String = "default",
        graceEndsAt: Timestamp? = nil, _ change: (inout KeyRecord) -> Void = { _ in }
    ) -> ResolvedKey {
        let wall = now.wall
        var record = KeyRecord(
            id: KeyID.make(atMilliseconds: wall.milliseconds), name: "a key", project: ProjectRecord.defaultID,
            environment: .live, hint: secret.hint, createdAt: wall)
        change(&record)
        let limits = LimitSet(record.limits.map { (definition: $0, source: AllowanceSource.key) })
        let state = AllowanceState(subject: Subject(record.id))
        state.configure(limits: limits, maximumInFlight: record.maximumInFlight, epoch: 1)
        let key = ResolvedKey(
            record: record, digest: secret.digest, graceEndsAt: graceEndsAt, projectName: projectName, account: account,
            scopes: ScopeSet(record.scopes), state: state, roleNames: [], planName: nil)
        content.withLock { content in
            content.known[secret.digest] = key
            if isLoaded { content.loaded.insert(secret.digest) }
        }
        return key
    }

    func add(_ policy: PolicyRecord) throws {
        let prepared = try PreparedPolicy(policy)
        content.withLock { $0.policies[policy.name] = prepared }
    }

    func add(_ project: ProjectRecord) {
        content.withLock { $0.projects[project.name] = project }
    }

    func remove(_ secret: Secret) {
        content.withLock { $0.known[secret.digest] = nil }
    }

    // MARK: DecisionService

    func decide(_ request: DecisionRequest, report: inout LimitReport) -> Decision {
        content.withLock { $0.decisions += 1 }
        return LanyardCore.decide(request, on: self, now: now, report: &report)
    }

    func resolve(_ ticket: Ticket) async throws -> CounterReceipt? {
        let load = content.withLock { content in
            content.loads += 1
            return content.load
        }
        switch load {
        case .succeeds: break
        case .fails: throw Failure()
        case .waits:
            await withCheckedContinuation { continuation in
                content.withLock { $0.waiters.append(continuation) }
            }
        }
        switch ticket {
        case .load(let digest, from: _):
            content.withLock { content in
                if !content.forgets { content.loaded.insert(digest) }
            }
        case .allowances: break
        }
        return nil
    }

    func countAttempt(_ code: DenialCode, from address: IPAddress?, key: KeyID?) {}

    func finish(_ id: GrantID, actual: ActualCosts?) -> FinishOutcome {
        if content.withLock({ $0.isElsewhere.contains(id) }) { return .elsewhere }
        let state = content.withLock { content -> AllowanceState? in
            guard let state = content.open.removeValue(forKey: id) else { return nil }
            content.ended.insert(id)
            return state
        }
        state?.endCall()
        if state != nil { return .finished }
        return content.withLock { $0.ended.contains(id) } ? .alreadyFinished : .unknown
    }

    func finishElsewhere(_ id: GrantID, actual: ActualCosts?) async throws -> FinishOutcome {
        guard let outcome = content.withLock({ $0.elsewhere[id] }) else { throw Failure() }
        return outcome
    }

    /// What comes of ending calls that another node granted; `nil` where that can't be told it.
    func set(elsewhere: [GrantID: FinishOutcome?]) {
        content.withLock { content in
            content.isElsewhere = Set(elsewhere.keys)
            content.elsewhere = elsewhere.compactMapValues(\.self)
        }
    }

    func policy(named name: String) -> PreparedPolicy? { content.withLock { $0.policies[name] } }
    func project(named name: String) -> ProjectRecord? {
        content.withLock { content in content.projects.values.first { $0.name == name || "\($0.id)" == name } }
    }

    // MARK: DecisionNode

    var acceptsForeignSecrets: Bool { false }
    func isCurrent(at now: MonotonicInstant) -> Bool { isReady }

    func find(_ digest: SecretDigest) -> Lookup {
        content.withLock { content in
            guard content.loaded.contains(digest) else { return .unloaded }
            return content.known[digest].map(Lookup.found) ?? .absent
        }
    }

    func lookUpWait(for address: IPAddress?, at now: MonotonicInstant) -> Int64? {
        content.withLock { $0.lookUpWait }
    }

    func openCall(_ call: OpenedCall, at now: MonotonicInstant) -> GrantID? {
        let id = GrantID.make(atMilliseconds: self.now.wall.milliseconds)
        content.withLock { $0.open[id] = call.state }
        return id
    }

    func needsLedger(_ state: AllowanceState) {}
    func needsFlush(_ state: AllowanceState) {}
    func retire(_ tally: UsageTally, of subject: Subject) {}
    func countUnattributed(_ code: DenialCode, now: Now) {}
}
