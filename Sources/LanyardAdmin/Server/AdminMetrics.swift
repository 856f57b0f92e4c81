import CoreMetrics
import Metrics

/// What the admin listener tells of itself. Made once.
struct AdminMetrics: Sendable {
    private let requests: [Int: Counter]
    private let requestTime = Timer(label: "lanyard_admin_request_duration_seconds")

    init() {
        requests = Dictionary(
            uniqueKeysWithValues: (2...5).map { hundred in
                (hundred, Counter(label: "lanyard_admin_requests_total", dimensions: [("status", "\(hundred)xx")]))
            })
    }

    func count(status: Int, took duration: Duration) {
        requests[status / 100]?.increment()
        let (seconds, attoseconds) = duration.components
        requestTime.recordNanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
    }
}
