import LanyardTelemetry

/// What each metric of Lanyard's means. Tests hold that every one that is shown stands here, and that the table in
/// `docs/operations.md` has the same ones.
enum MetricCatalogue {
    static let descriptions: [String: MetricDescription] = [data, admin, engine, nodes, quotas, store, process]
        .reduce(into: [:]) { all, part in all.merge(part) { own, _ in own } }

    /// From 10 µs to 5 s: where answers out of memory lie, and those that waited for the store.
    private static let requestBounds: [Double] = [
        1e-5, 2.5e-5, 5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 5e-3, 1e-2, 2.5e-2, 5e-2, 0.1, 0.25, 0.5, 1, 2.5, 5,
    ]
    /// From 100 µs to 10 s: what waits for a disk.
    private static let diskBounds: [Double] = [
        1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 5e-3, 1e-2, 2.5e-2, 5e-2, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
    ]

    private static let data: [String: MetricDescription] = [
        "lanyard_decisions_total": MetricDescription("Decisions for callers, by the way in and the code."),
        "lanyard_request_duration_seconds": MetricDescription(
            "From the arrival of a whole request to its written answer on the data listener, by route.",
            bounds: requestBounds),
        "lanyard_requests_refused_total": MetricDescription("Requests that broke HTTP or a limit, by status."),
        "lanyard_request_body_bytes_total": MetricDescription("Bytes of request bodies that were read."),
        "lanyard_parked_requests_total": MetricDescription("Requests that had to wait for a key to be read."),
        "lanyard_parked_requests_refused_total": MetricDescription("Requests that could not wait: too many did."),
        "lanyard_parked_requests_expired_total": MetricDescription("Requests that waited in vain."),
        "lanyard_body_bytes": MetricDescription("Bytes of requests' bodies that are kept until they are answered."),
        "lanyard_connections": MetricDescription("Open connections, by listener."),
        "lanyard_connections_refused_total": MetricDescription("Connections that were closed at once, by listener."),
        "lanyard_connections_timed_out_total": MetricDescription(
            "Connections that waited too long: idle between requests, or for the rest of a request."),
        "lanyard_accepts_paused_total": MetricDescription("Times that no more connections were accepted, by listener."),
    ]

    private static let admin: [String: MetricDescription] = [
        "lanyard_admin_requests_total": MetricDescription("Answers of the admin listener, by status."),
        "lanyard_admin_request_duration_seconds": MetricDescription(
            "How long the admin listener took until an answer began.", bounds: requestBounds),
        "lanyard_refused_attempts_total": MetricDescription(
            "Attempts with malformed, unknown, revoked, expired or rotated keys, on both listeners, by code."),
        "lanyard_attempt_addresses": MetricDescription("Addresses that are remembered for such attempts."),
        "lanyard_attempt_addresses_displaced_total": MetricDescription(
            "Addresses that were forgotten to make room for busier ones."),
    ]

    private static let quotas: [String: MetricDescription] = [
        "lanyard_quota_alerts_total": MetricDescription(
            "Quotas that came to a percent which their owner wanted to hear of, by percent."),
        "lanyard_ledger_batches_total": MetricDescription("Transactions of the ledger of quotas."),
        "lanyard_ledger_batch_duration_seconds": MetricDescription(
            "How long a transaction of the ledger took.", bounds: diskBounds),
        "lanyard_ledger_failures_total": MetricDescription("Transactions of the ledger that failed."),
        "lanyard_leases_withdrawn_total": MetricDescription("Leases that this node has withdrawn."),
        "lanyard_leases_settled_total": MetricDescription("Leases that this node has settled."),
        "lanyard_leases_reaped_total": MetricDescription(
            "Leases that this node came too late to settle: all of them counts as used."),
        "lanyard_lease_holders": MetricDescription("Keys and accounts that hold leases."),
        "lanyard_counter_questions_total": MetricDescription(
            "Questions to the shared counters: for calls, and to charge busy keys ahead."),
        "lanyard_counter_leased_total": MetricDescription(
            "Calls that were charged to the shared counters ahead, to be granted without a question."),
        "lanyard_counter_leased_lost_total": MetricDescription(
            "Calls that were charged to the shared counters ahead, and not used in time."),
        "lanyard_counter_batches_total": MetricDescription("Transactions of the shared counters."),
        "lanyard_counter_batch_duration_seconds": MetricDescription(
            "How long a transaction of the shared counters took.", bounds: diskBounds),
        "lanyard_counter_failures_total": MetricDescription("Transactions of the shared counters that failed."),
        "lanyard_counter_waived_total": MetricDescription(
            "Calls that passed uncounted, as their limits say, while the shared counters were out of reach."),
        "lanyard_counter_clock_steps_total": MetricDescription(
            "Steps forward of the shared counters' clock that this node noticed."),
        "lanyard_counters_usable": MetricDescription(
            "Whether the shared counters could be asked when they last were, half a second ago: 1 or 0."),
        "lanyard_counters_lost_total": MetricDescription("Times that the shared counters were found to be lost."),
        "lanyard_place_claims_total": MetricDescription("Keys whose places in flight were asked for or given back."),
        "lanyard_place_batches_total": MetricDescription("Transactions of the places in flight."),
        "lanyard_place_failures_total": MetricDescription("Transactions of the places in flight that failed."),
    ]

    private static let engine: [String: MetricDescription] = [
        "lanyard_cache_lookups_total": MetricDescription(
            "Look-ups of keys in memory: hit, absent (known to be no key), or miss (the store is asked)."),
        "lanyard_cache_evictions_total": MetricDescription("Entries that made room for others, by cache."),
        "lanyard_cached_keys": MetricDescription("Secrets of keys in memory."),
        "lanyard_cached_bytes": MetricDescription("Bytes that keys in memory take, about."),
        "lanyard_cache_capacity_bytes": MetricDescription("Bytes that keys in memory may take."),
        "lanyard_cached_absent_digests": MetricDescription("Digests in memory that belong to no key."),
        "lanyard_store_loads_total": MetricDescription("Keys that were read from the store."),
        "lanyard_store_loads_outdated_total": MetricDescription(
            "Keys that were read again because they changed meanwhile."),
        "lanyard_store_load_duration_seconds": MetricDescription(
            "How long it took to read a key from the store.", bounds: diskBounds),
        "lanyard_tracked_subjects": MetricDescription("Keys and accounts whose windows are held in memory."),
        "lanyard_tracked_subjects_refused_total": MetricDescription(
            "Keys and accounts that could not be tracked, and so were denied: too many are."),
        "lanyard_windows_restored": MetricDescription("Windows that were restored at the start."),
        "lanyard_windows_saved_total": MetricDescription("Windows that were saved."),
        "lanyard_windows_reset_total": MetricDescription(
            "Starts after a process that ended without a shutdown: up to a second of limits may have been forgotten."),
        "lanyard_flush_duration_seconds": MetricDescription(
            "How long a saving of usage and windows took.", bounds: diskBounds),
        "lanyard_flush_lag_seconds": MetricDescription(
            "Since the last saving of usage and windows that left nothing unwritten: what a crash would lose."),
        "lanyard_flush_failures_total": MetricDescription("Attempts to save usage and windows that failed."),
        "lanyard_usage_rows_dropped_total": MetricDescription("Rows of usage that could not be kept for saving."),
        "lanyard_usage_rows_expired_total": MetricDescription("Rows of usage that were deleted for their age."),
        "lanyard_usage_retention_failures_total": MetricDescription(
            "Attempts to put old usage together, or to delete it, that failed."),
        "lanyard_calls_in_flight": MetricDescription("Calls that were granted and have not been finished."),
        "lanyard_epoch": MetricDescription("The number of the newest change that this node has applied."),
    ]

    private static let nodes: [String: MetricDescription] = [
        "lanyard_nodes": MetricDescription("Nodes that share the store, by status: live or silent."),
        "lanyard_follower_lag_epochs": MetricDescription(
            "Changes that the store has told of and that wait to be applied."),
        "lanyard_confirmation_age_seconds": MetricDescription(
            "Since this node asked to be confirmed, the last time that it was: beyond the staleness bound it denies."),
        "lanyard_confirmation_failures_total": MetricDescription("Attempts to confirm to the other nodes that failed."),
        "lanyard_changes_applied_total": MetricDescription("Changes that were read from the store and applied."),
        "lanyard_cache_flushes_total": MetricDescription("Times that everything in memory was read again, by reason."),
        "lanyard_acknowledgement_duration_seconds": MetricDescription(
            "From a change's commit until every node that lives had confirmed it, or was named.", bounds: diskBounds),
    ]

    private static let store: [String: MetricDescription] = [
        "lanyard_store_commit_duration_seconds": MetricDescription(
            "From the begin of a transaction to its confirmation by the disk.", bounds: diskBounds),
        "lanyard_store_commit_writes": MetricDescription(
            "Writes that shared a commit.", bounds: [1, 2, 4, 8, 16, 32, 64, 128, 256]),
        "lanyard_store_connections_made_total": MetricDescription("Connections to a database server that were made."),
        "lanyard_store_unsettled_bytes": MetricDescription(
            "Usage and windows that are in the store's journal, and not in their tables yet."),
        "lanyard_settling_failures_total": MetricDescription(
            "Attempts to move usage and windows from the store's journal into their tables that failed."),
        "lanyard_store_writes_waiting": MetricDescription("Writes that waited when the last batch was done."),
        "lanyard_store_failures_total": MetricDescription(
            "Reads, writes and commits that failed, by operation and code."),
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
