import LanyardHTTP
import NIOCore
import NIOHTTP1

@testable import LanyardDataPlane

extension HTTPRequestHead {
    /// A head as the parser would give it; `Host` is there unless other fields are named.
    static func make(
        _ method: HTTPMethod = .GET, _ target: String = "/v1/authorize", _ fields: [(String, String)] = [],
        version: HTTPVersion = .http1_1, host: String? = "example.org"
    ) -> HTTPRequestHead {
        var headers = HTTPHeaders()
        if let host { headers.add(name: "Host", value: host) }
        for (name, value) in fields { headers.add(name: name, value: value) }
        return HTTPRequestHead(version: version, method: method, uri: target, headers: headers)
    }
}

extension NIODeadline {
    /// Milliseconds after the time at which the tests begin.
    static func at(_ milliseconds: Int64) -> NIODeadline {
        .uptimeNanoseconds(1_000_000_000) + .milliseconds(milliseconds)
    }
}

extension ConnectionLimits {
    static func small(_ change: (inout ConnectionLimits) -> Void = { _ in }) -> ConnectionLimits {
        var limits = ConnectionLimits()
        limits.idleTimeout = .milliseconds(1000)
        limits.headTimeout = .milliseconds(100)
        limits.bodyTimeout = .milliseconds(200)
        limits.lingerTimeout = .milliseconds(50)
        limits.bodyBytes = 10
        change(&limits)
        return limits
    }
}

extension ConnectionStateMachine.Action {
    /// The target of the request to be answered.
    var answered: String? {
        if case .answer(let request) = self { request.target.text } else { nil }
    }

    var refused: Refusal? {
        if case .refuse(let refusal, head: _) = self { refusal } else { nil }
    }

    var isPlan: Bool {
        if case .plan = self { true } else { false }
    }
}
