import LanyardTelemetry

/// What each metric of Lanyard's means. A test holds that every one that is shown stands here.
enum MetricCatalogue {
    static let descriptions: [String: MetricDescription] = engine.merging(data) { own, _ in own }
        .merging(process) { own, _ in own }

    private static let engine: [String: MetricDescription] = [
        "lanyard_store_loads_total": MetricDescription("Keys that were read from the store."),
        "lanyard_store_loads_outdated_total": MetricDescription(
            "Keys that were read again because they changed meanwhile."),
        "lanyard_windows_reset_total": MetricDescription(
            "Starts after a process that ended without a shutdown: up to a second of limits may have been forgotten."),
        "lanyard_flush_failures_total": MetricDescription("Attempts to save usage and windows that failed."),
        "lanyard_usage_rows_dropped_total": MetricDescription("Rows of usage that could not be kept for saving."),
        "lanyard_cached_keys": MetricDescription("Keys in memory."),
        "lanyard_cached_bytes": MetricDescription("Bytes that keys in memory take, about."),
        "lanyard_tracked_subjects": MetricDescription("Keys and accounts whose windows are in memory."),
        "lanyard_calls_in_flight": MetricDescription("Calls that were granted and have not been finished."),
        "lanyard_flush_lag_seconds": MetricDescription("How long the last saving of usage and windows took."),
        "lanyard_epoch": MetricDescription("The number of the newest change that this node has applied."),
    ]

    private static let data: [String: MetricDescription] = [
        "lanyard_decisions_total": MetricDescription("Decisions, by the way in and the code."),
        "lanyard_requests_refused_total": MetricDescription("Requests that broke HTTP or a limit, by status."),
        "lanyard_parked_requests_total": MetricDescription("Requests that had to wait for a key to be read."),
        "lanyard_parked_requests_refused_total": MetricDescription("Requests that could not wait: too many did."),
        "lanyard_parked_requests_expired_total": MetricDescription("Requests that waited in vain."),
        "lanyard_body_bytes": MetricDescription("Bytes of requests' bodies that are kept until they are answered."),
        "lanyard_connections": MetricDescription("Open connections, by listener."),
        "lanyard_connections_refused_total": MetricDescription("Connections that were closed at once, by listener."),
        "lanyard_accepts_paused_total": MetricDescription("Times that no more connections were accepted, by listener."),
        "lanyard_authorize_duration_seconds": MetricDescription(
            "From a whole request to its written answer on /v1/authorize, sampled."),
    ]

    private static let process: [String: MetricDescription] = [
        "lanyard_build_info": MetricDescription("1; the labels tell the version."),
        "process_start_time_seconds": MetricDescription("When the process started, in seconds since 1970."),
        "process_cpu_seconds_total": MetricDescription("Processor time, in user and system mode."),
        "process_resident_memory_bytes": MetricDescription("Resident memory."),
        "process_open_fds": MetricDescription("Open file descriptors."),
        "process_max_fds": MetricDescription("The most file descriptors that may be open."),
    ]
}
