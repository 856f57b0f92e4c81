import CoreMetrics
import LanyardCore
import Metrics
import Synchronization

/// What the engine tells of itself. Made once; the backend keeps them for as long as the process lives.
///
/// What decisions count is counted where they hold a lock anyway, and brought here by ``KeyEngine/reportMetrics()``; so
/// none of this costs a decision anything.
struct EngineCounters: Sendable {
    let loads = Counter(label: "lanyard_store_loads_total")
    let outdatedLoads = Counter(label: "lanyard_store_loads_outdated_total")
    let loadTime = Timer(label: "lanyard_store_load_duration_seconds")
    let uncleanStarts = Counter(label: "lanyard_windows_reset_total")
    let restoredWindows = Gauge(label: "lanyard_windows_restored")
    let savedWindows = Counter(label: "lanyard_windows_saved_total")
    let failedFlushes = Counter(label: "lanyard_flush_failures_total")
    let failedSettling = Counter(label: "lanyard_settling_failures_total")
    let droppedUsage = Counter(label: "lanyard_usage_rows_dropped_total")
    let deletedUsage = Counter(label: "lanyard_usage_rows_expired_total")
    let failedRetention = Counter(label: "lanyard_usage_retention_failures_total")
    let flushTime = Timer(label: "lanyard_flush_duration_seconds")
    let flushLagSeconds = Gauge(label: "lanyard_flush_lag_seconds")
    let trackedSubjects = Gauge(label: "lanyard_tracked_subjects")
    let openCalls = Gauge(label: "lanyard_calls_in_flight")
    let epoch = Gauge(label: "lanyard_epoch")

    let appliedChanges = Counter(label: "lanyard_changes_applied_total")
    let failedConfirmations = Counter(label: "lanyard_confirmation_failures_total")
    let acknowledgementTime = Timer(label: "lanyard_acknowledgement_duration_seconds")
    let followerLag = Gauge(label: "lanyard_follower_lag_epochs")
    let confirmationAge = Gauge(label: "lanyard_confirmation_age_seconds")
    private let liveNodes = Gauge(label: "lanyard_nodes", dimensions: [("status", "live")])
    private let silentNodes = Gauge(label: "lanyard_nodes", dimensions: [("status", "silent")])
    private let flushes: [FlushReason: Counter]

    let cachedKeys = Gauge(label: "lanyard_cached_keys")
    let cachedBytes = Gauge(label: "lanyard_cached_bytes")
    let cacheCapacity = Gauge(label: "lanyard_cache_capacity_bytes")
    let cachedAbsent = Gauge(label: "lanyard_cached_absent_digests")
    private let hits = EngineCounters.lookups("hit")
    private let absentHits = EngineCounters.lookups("absent")
    private let misses = EngineCounters.lookups("miss")
    private let evictions = EngineCounters.evictions("keys")
    private let absentEvictions = EngineCounters.evictions("absent")
    private let refusedSubjects = Counter(label: "lanyard_tracked_subjects_refused_total")

    private let attempts: [DenialCode: Counter]
    private let attemptAddresses = Gauge(label: "lanyard_attempt_addresses")
    private let displacedAddresses = Counter(label: "lanyard_attempt_addresses_displaced_total")

    init() {
        flushes = Dictionary(
            uniqueKeysWithValues: FlushReason.allCases.map { reason in
                (reason, Counter(label: "lanyard_cache_flushes_total", dimensions: [("reason", reason.rawValue)]))
            })
        attempts = Dictionary(
            uniqueKeysWithValues: AttemptKind.codes.map { code in
                (code, Counter(label: "lanyard_refused_attempts_total", dimensions: [("code", code.text)]))
            })
    }

    func countFlush(_ reason: FlushReason) { flushes[reason]?.increment() }

    func recordNodes(live: Int, silent: Int) {
        liveNodes.record(live)
        silentNodes.record(silent)
    }

    /// What was counted elsewhere, as far as it was brought here already.
    struct Reported: Sendable {
        var cache = KeyCache.Statistics()
        var refusedSubjects: Int64 = 0
        var attempts = RefusedAttempts.Totals()
    }

    /// Brings the counters from what was reported last to what is so now.
    func advance(_ reported: inout Reported, to now: Reported) {
        hits.increment(by: now.cache.hits - reported.cache.hits)
        absentHits.increment(by: now.cache.absentHits - reported.cache.absentHits)
        misses.increment(by: now.cache.misses - reported.cache.misses)
        evictions.increment(by: now.cache.evictions - reported.cache.evictions)
        absentEvictions.increment(by: now.cache.absentEvictions - reported.cache.absentEvictions)
        refusedSubjects.increment(by: now.refusedSubjects - reported.refusedSubjects)
        for (code, counter) in attempts {
            counter.increment(by: (now.attempts.byCode[code] ?? 0) - (reported.attempts.byCode[code] ?? 0))
        }
        displacedAddresses.increment(by: now.attempts.displaced - reported.attempts.displaced)
        reported = now
        cachedKeys.record(now.cache.entries)
        cachedBytes.record(now.cache.bytes)
        cachedAbsent.record(now.cache.absentEntries)
        attemptAddresses.record(now.attempts.addresses)
    }

    private static func lookups(_ result: String) -> Counter {
        Counter(label: "lanyard_cache_lookups_total", dimensions: [("result", result)])
    }

    private static func evictions(_ cache: String) -> Counter {
        Counter(label: "lanyard_cache_evictions_total", dimensions: [("cache", cache)])
    }
}
