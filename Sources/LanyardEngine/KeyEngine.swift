import CoreMetrics
public import LanyardCore
public import LanyardStorage
public import Logging
import Synchronization

// # The engine
//
// What stands between decisions, which know no I/O, and the store, which is nothing else: the caches that decisions read,
// the loads that fill them, the changes that empty them, and the writer that saves what decisions counted.

/// Verifies keys in this process, against a store of its own or one that it shares.
///
/// ```swift
/// let keys = try await KeyEngine(.sqlite("keys.db"))
/// switch try await keys.verify(presented, scope: "invoices:read") {
/// case .grant(let grant): print(grant.key.name)
/// case .deny(let denial): print(denial.code, denial.fix)
/// }
/// ```
///
/// It is correct at once; running it as a service adds the background work (saving windows and usage each second, ending
/// calls that timed out). Without it, call ``shutDown()`` before the process ends.
public final class KeyEngine: Sendable {
    package let store: any Store
    package let configuration: EngineConfiguration
    /// This process, for as long as it lives.
    package let nodeID: NodeID
    package let startedAt: Timestamp
    let clock: EngineClock
    let logger: Logger
    let cache: KeyCache
    let allowances: AllowanceTable
    let calls: OpenCalls
    /// Asks for places in flight that several nodes count together.
    let places: PlaceKeeper
    let resolver: KeyResolver
    let leases: LeaseKeeper
    /// Asks for limits that several nodes count together.
    let counterKeeper: CounterKeeper
    let directory = Directory()
    let budget: UnknownKeyBudget
    let loads = Mutex<[SecretDigest: Task<Void, any Error>]>([:])
    let changes: Mutex<AppliedChanges>
    /// The other nodes that share the store; `nil` for a node that is alone with it.
    let membership: Membership?
    /// Until when this node may decide, on the monotonic clock; see `KeyEngine+Currency.swift`.
    let currentUntil: Atomic<Int64>
    /// When this node last asked to be confirmed with success, on the monotonic clock.
    let lastConfirmed: Atomic<Int64>
    let pending: PendingFlush
    let acceptsForeign: Atomic<Bool>
    let isShutDown = Atomic<Bool>(false)
    /// The minute in which old answers were last erased.
    let lastForgetting = Atomic<Int>(0)
    /// The minute in which old windows of the shared counters were last forgotten.
    let lastWindowForgetting = Atomic<Int>(0)
    /// The minute in which ends of calls that were passed on were last forgotten.
    let lastFinishForgetting = Atomic<Int>(0)
    let attempts: RefusedAttempts
    let retention = Mutex(UsageRetention())
    /// When the last flush that left nothing unwritten began, on the monotonic clock.
    let lastFlush: Atomic<Int64>
    /// Whether the store may hold something in short form that it has to put in its place; at the start nobody knows.
    let mayBeUnsettled = Atomic<Bool>(true)
    let counters = EngineCounters()
    let reported = Mutex(EngineCounters.Reported())

    struct AppliedChanges {
        /// Changes whose new state could not be read yet; tried again each second.
        var unread: Set<ChangeSubject> = []
        var recent: RecentChanges
        /// Every change up to this one has been applied.
        var epoch: Int64
        /// How often everything was forgotten: what was begun before means nothing after.
        var generation = 0
    }

    /// Opens a store and makes the engine ready: everything that an earlier process saved is restored before it returns.
    /// - Parameter counters: Where nodes that share the store count rolling limits together; the store itself unless told
    ///   otherwise.
    /// - Throws: ``StoreError`` if the store can't be opened or read, or only this process can open it and it was to count
    ///   elsewhere.
    public convenience init(
        _ source: StoreSource, counters: CounterSource? = nil,
        configuration: EngineConfiguration = EngineConfiguration(), clock: any TimeSource = SystemTimeSource(),
        logger: Logger = Logger(label: "lanyard.engine")
    ) async throws {
        let store = try await source.open()
        do {
            try await self.init(
                store: store, counters: counters, configuration: configuration, clock: clock, logger: logger)
        } catch {
            try? await store.close()  // The first error is the one to tell.
            throw error
        }
    }

    package init(
        store: any Store, counters counterSource: CounterSource? = nil, configuration: EngineConfiguration,
        clock source: any TimeSource, logger: Logger
    ) async throws {
        let shared = try KeyEngine.counters(counterSource, store, configuration, logger)
        let startedAt = source.now()
        let nodeID = NodeID.make(atMilliseconds: startedAt.wall.milliseconds)
        let node = configuration.description(of: nodeID, startedAt: startedAt.wall)
        // Before the first read: whoever changes something from here on waits for this node.
        let clockNow = { @Sendable () -> MonotonicInstant in source.now().monotonic }
        let joined = try await Membership.join(store, node, now: clockNow)
        // Windows that several nodes count stand in the store, by its own clock: there is nothing to restore.
        let isAlone = joined == nil
        let start: StartingState
        do {
            start = try await store.read { store in try StartingState(store, withWindows: isAlone) }
        } catch {
            try? await joined?.store.leave(nodeID)  // The first error is the one to tell.
            throw error
        }
        self.store = store
        self.configuration = configuration
        self.logger = logger
        clock = EngineClock(source: source, resuming: start.windows.clock)
        let now = clock.now()
        _ = joined?.look(start.nodes, from: now.monotonic, to: now.monotonic)
        self.startedAt = startedAt.wall
        self.nodeID = nodeID
        membership = joined
        let joinedAt = startedAt.monotonic.nanoseconds + clock.offsetNanoseconds
        lastConfirmed = Atomic(joinedAt)
        currentUntil = Atomic(joined == nil ? .max : joinedAt + configuration.stalenessBound.wholeNanoseconds)
        cache = KeyCache(bytes: configuration.cacheBytes, absentDigests: configuration.absentDigests)
        allowances = AllowanceTable(capacity: configuration.trackedSubjects, countsTogether: joined != nil)
        calls = OpenCalls(node: nodeID, capacity: configuration.openCalls, timeout: configuration.callTimeout)
        leases = LeaseKeeper(store: store, node: nodeID, clock: clock, logger: logger)
        places = PlaceKeeper(joined?.store, node: nodeID, clock: clock, logger: logger)
        counterKeeper = CounterKeeper(shared, clock: clock, logger: logger)
        resolver = KeyResolver(allowances: allowances, leases: leases)
        budget = UnknownKeyBudget(perMinute: configuration.unknownKeysPerMinute)
        changes = Mutex(AppliedChanges(recent: RecentChanges(epoch: start.epoch), epoch: start.epoch))
        pending = PendingFlush()
        attempts = RefusedAttempts(
            addresses: RefusedAttempts.addressesOfKind, threshold: configuration.attemptWarning, since: now.wall)
        lastFlush = Atomic(now.monotonic.nanoseconds)
        acceptsForeign = Atomic(start.hasImports)
        for project in start.projects { directory.set(project, for: project.id, epoch: start.epoch) }
        for policy in start.policies { directory.set(prepare(policy), for: policy.id, epoch: start.epoch) }
        allowances.restore(start.windows.windows)
        counters.restoredWindows.record(start.windows.windows.count)
        if isAlone {
            // From here on there may be something to lose: whoever starts after a crash must see that there was none of a
            // shutdown.
            let running = clock.saved(isClean: false)
            try await store.write { try $0.save([], clock: running) }
            try await reapOrphanedLeases()
        }
        if let clock = start.windows.clock, !clock.isClean {
            counters.uncleanStarts.increment()
            logger.notice(
                "the last process ended without a shutdown: up to one second of limits may have been forgotten")
        }
        // So that the first calls find them, if they are there.
        if counterSource != nil { await counterKeeper.tend() }
    }

    /// What must be known before the first decision.
    struct StartingState: Sendable {
        let epoch: Int64
        let hasImports: Bool
        let projects: [ProjectRecord]
        let policies: [PolicyRecord]
        let windows: SavedWindows
        /// Who else shares the store.
        let nodes: [NodeStanding]

        init(_ store: any StoreReading, withWindows: Bool) throws {
            try store.refuseUnlessItMayBeServed()
            epoch = try store.epoch()
            hasImports = try store.hasImports()
            projects = try store.projects(page: Page(limit: RecordBounds.projects))
            policies = try store.policies(page: Page(limit: RecordBounds.policies))
            nodes = try store.nodes()
            windows = withWindows ? try store.savedWindows() : SavedWindows(windows: [], clock: nil)
        }
    }

    /// Both clocks, the monotonic one as windows count it.
    package var now: Now { clock.now() }

    /// Which forgetting of everything this is; see ``apply(_:since:waits:)``.
    package var generation: Int { changes.withLock { $0.generation } }

    /// The newest change that this node has applied, and with it all that came before.
    package var epoch: Int64 { changes.withLock { $0.epoch } }

    /// Whether decisions can be taken.
    package var isReady: Bool {
        isCurrent(at: now.monotonic)
    }

    /// The policy with this name or id.
    package func policy(named name: String) -> PreparedPolicy? { directory.policy(named: name) }

    /// The project with this name or id.
    package func project(named name: String) -> ProjectRecord? { directory.project(named: name) }

    /// The project with this id.
    package func project(_ id: ProjectID) -> ProjectRecord? { directory.project(id) }

    func prepare(_ record: PolicyRecord) -> PreparedPolicy? {
        do {
            return try PreparedPolicy(record)
        } catch {
            // Failing closed: without it, its location answers 404 and lets nobody through.
            logger.error("a stored policy can't be used", metadata: ["policy": "\(record.name)", "reason": "\(error)"])
            return nil
        }
    }
}
