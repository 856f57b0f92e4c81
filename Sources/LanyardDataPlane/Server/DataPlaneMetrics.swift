import CoreMetrics
import LanyardCore
import LanyardHTTP
import Metrics
import NIOCore

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
    /// Bytes of bodies that were read.
    let bodyBytesRead = Counter(label: "lanyard_request_body_bytes_total")
    /// What connections were closed for because nothing came in time, before there was anything to answer.
    let idleTimeouts = Counter(
        label: "lanyard_connections_timed_out_total", dimensions: [("listener", "data"), ("phase", "idle")])
    let requestTimeouts = Counter(
        label: "lanyard_connections_timed_out_total", dimensions: [("listener", "data"), ("phase", "request")])
    /// How long requests take, from the arrival of their last byte to the written answer, by what they ask for.
    ///
    /// All of them. The begin is known, for a connection notes when bytes came; so it costs one reading of the clock and
    /// two additions in cells that other threads seldom touch, without a lock or an allocation.
    private let requestTimes: [Timer]

    init() {
        decisions = Way.allCases.map { way in
            let codes = ["ok"] + DenialCode.allCases.map(\.text)
            return codes.map { code in
                Counter(label: "lanyard_decisions_total", dimensions: [("way", "\(way)"), ("code", code)])
            }
        }
        requestTimes = RouteGroup.allCases.map { group in
            Timer(label: "lanyard_request_duration_seconds", dimensions: [("route", "\(group)")])
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

    @inline(__always)
    func record(_ duration: TimeAmount, of group: RouteGroup) {
        requestTimes[group.rawValue].recordNanoseconds(duration.nanoseconds)
    }

    func countRefusal(_ refusal: Refusal) {
        refusals[refusal.status]?.increment()
    }
}

/// Routes whose requests cost alike.
enum RouteGroup: Int, CaseIterable {
    case authorize
    case verify
    /// `/v1/self` and what is below it.
    case own
    case other

    init(_ route: Route) {
        switch route {
        case .authorize, .authorizeByPolicy: self = .authorize
        case .verify, .verifyBatch, .finish: self = .verify
        case .ownKey, .rotateOwnKey, .revokeOwnKey: self = .own
        case .health, .readiness: self = .other
        }
    }
}
