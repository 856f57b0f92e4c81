import CoreMetrics
import LanyardStorage
import Metrics

/// What the store tells of itself. Made where a store is opened, on the task that opens it, because that task says which
/// backend counts.
final class StoreMetrics: Sendable {
    enum Operation: String, CaseIterable {
        case read
        case write
        case commit
    }

    /// From the begin of a transaction to the end of its commit, the disk's confirmation included.
    private let commitTime = Timer(label: "lanyard_store_commit_duration_seconds")
    /// The writes that shared a commit.
    private let commitSize = Recorder(label: "lanyard_store_commit_writes")
    private let waiting = Gauge(label: "lanyard_store_writes_waiting")
    /// Of usage and windows that are written, and not in their tables yet.
    private let unsettled = Gauge(label: "lanyard_store_unsettled_bytes")
    private let failures: [Operation: [StoreError.Code: Counter]]

    init() {
        var failures: [Operation: [StoreError.Code: Counter]] = [:]
        for operation in Operation.allCases {
            for code in StoreError.Code.allCases {
                failures[operation, default: [:]][code] = Counter(
                    label: "lanyard_store_failures_total",
                    dimensions: [("operation", operation.rawValue), ("code", code.rawValue)])
            }
        }
        self.failures = failures
    }

    func committed(_ writes: Int, nanoseconds: UInt64) {
        commitTime.recordNanoseconds(Int64(clamping: nanoseconds))
        commitSize.record(writes)
    }

    func wait(_ writes: Int) { waiting.record(writes) }

    func journal(bytes: Int64) { unsettled.record(bytes) }

    /// Counts the store's own failures; what a body throws of its own is none.
    func failed(_ operation: Operation, _ error: any Error) {
        guard let error = error as? StoreError else { return }
        failures[operation]?[error.code]?.increment()
    }
}
