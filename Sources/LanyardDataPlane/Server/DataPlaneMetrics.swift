import CoreMetrics
import LanyardCore
import LanyardHTTP
import Metrics

/// What the data plane tells of itself. Made once; nothing is looked up by a label while requests are answered.
final class DataPlaneMetrics: Sendable {
    /// The way in that took a decision.
    enum Way: Int, CaseIterable {
        case authorize
        case verify
    }

    /// For each way, the grants and then a counter for each code.
    private let decisions: [[Counter]]
    /// What connections were refused for, by status.
    private let refusals: [Int: Counter]
    let parked = Counter(label: "lanyard_parked_requests_total")
    let parkingRefused = Counter(label: "lanyard_parked_requests_refused_total")
    let parkingExpired = Counter(label: "lanyard_parked_requests_expired_total")
    let connections = Gauge(label: "lanyard_connections", dimensions: [("listener", "data")])
    let connectionsRefused = Counter(label: "lanyard_connections_refused_total", dimensions: [("listener", "data")])
    /// Recorded when somebody reads the metrics.
    let bodyBytes = Gauge(label: "lanyard_body_bytes")
    let acceptsPaused = Counter(label: "lanyard_accepts_paused_total", dimensions: [("listener", "data")])
    /// How long `/v1/authorize` takes from the whole request to the written answer, for those that don't wait. One
    /// request in ``samplingInterval`` is measured: two readings of the clock for each would cost as much as the checksum.
    let authorizeTime = Timer(label: "lanyard_authorize_duration_seconds")

    static let samplingInterval = 64

    init() {
        decisions = Way.allCases.map { way in
            let codes = ["ok"] + DenialCode.allCases.map(\.text)
            return codes.map { code in
                Counter(label: "lanyard_decisions_total", dimensions: [("way", "\(way)"), ("code", code)])
            }
        }
        var refusals: [Int: Counter] = [:]
        for status in [400, 408, 413, 414, 417, 431, 503] {
            refusals[status] = Counter(
                label: "lanyard_requests_refused_total", dimensions: [("status", "\(status)")])
        }
        self.refusals = refusals
    }

    func countGrant(_ way: Way) {
        decisions[way.rawValue][0].increment()
    }

    func countDenial(_ code: DenialCode, _ way: Way) {
        decisions[way.rawValue][1 + Int(code.rawValue)].increment()
    }

    func countRefusal(_ refusal: Refusal) {
        refusals[refusal.status]?.increment()
    }
}
