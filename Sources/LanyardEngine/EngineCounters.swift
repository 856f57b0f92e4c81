import CoreMetrics
import Metrics

/// What the engine tells of itself. Made once; the backend keeps them for as long as the process lives.
struct EngineCounters: Sendable {
    let loads = Counter(label: "lanyard_store_loads_total")
    let outdatedLoads = Counter(label: "lanyard_store_loads_outdated_total")
    let uncleanStarts = Counter(label: "lanyard_windows_reset_total")
    let failedFlushes = Counter(label: "lanyard_flush_failures_total")
    let droppedUsage = Counter(label: "lanyard_usage_rows_dropped_total")
    let cachedKeys = Gauge(label: "lanyard_cached_keys")
    let cachedBytes = Gauge(label: "lanyard_cached_bytes")
    let trackedSubjects = Gauge(label: "lanyard_tracked_subjects")
    let openCalls = Gauge(label: "lanyard_calls_in_flight")
    let flushLagSeconds = Gauge(label: "lanyard_flush_lag_seconds")
    let epoch = Gauge(label: "lanyard_epoch")
}
