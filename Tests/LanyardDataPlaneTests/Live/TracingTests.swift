import LanyardCore
import LanyardEngine
import LanyardManagement
import LanyardStorage
import TestSupport
import Testing

@testable import LanyardDataPlane

@Suite("Requests that are found again in the log", .timeLimit(.minutes(TestRun.minutes(1))))
struct TracingTests {
    private let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    private var traceParent: String { "traceparent: 00-\(trace)-00f067aa0ba902b7-01" }

    @Test("every line about a request has its id and its trace: granted, denied, refused, failed")
    func lines() async throws {
        let log = CapturedLog()
        let (good, unloaded) = (Secret.make(), Secret.make())
        try await withServer(logger: log.logger("data")) { server in
            server.decisions.add(good)
            server.decisions.add(unloaded, isLoaded: false)
            server.decisions.set(load: .fails)
            let requests = [
                ("granted", requestText("GET", "/v1/authorize", key: good, ["X-Request-Id: granted", traceParent])),
                ("denied", requestText("GET", "/v1/authorize", ["X-Request-Id: denied", traceParent])),
                ("refused", requestText("CONNECT", "a:1", ["X-Request-Id: refused", traceParent])),
                ("failed", requestText("GET", "/v1/authorize", key: unloaded, ["X-Request-Id: failed", traceParent])),
                ("self", requestText("GET", "/v1/self", key: good, ["X-Request-Id: self", traceParent])),
            ]
            for (id, request) in requests {
                let answer = try await server.ask(request)
                #expect(answer["X-Request-Id"] == (id == "granted" ? nil : id))
                let lines = log.lines.filter { $0.contains("\"\(id)\"") || $0.contains(": \(id)") }
                #expect(lines.count == (id == "failed" ? 2 : 1), "\(id): \(log.lines)")
                #expect(lines.allSatisfy { $0.contains("request_id") && $0.contains(trace) }, "\(lines)")
            }
        }
    }

    @Test("a trace that is none, or comes twice, gets into no line")
    func noTrace() async throws {
        let log = CapturedLog()
        try await withServer(logger: log.logger("data")) { server in
            let upper = traceParent.replacing(trace, with: trace.uppercased())
            for fields in [[upper], [traceParent, traceParent], []] {
                let answer = try await server.ask("GET", "/healthz", fields)
                #expect(answer.status == 200)
            }
        }
        #expect(log.lines.filter { $0.contains("answered") }.count == 3)
        #expect(!log.lines.contains { $0.contains("trace_id") })
    }

    @Test("a request without an id of its own gets one, and it is the same in the answer, the log and the audit log")
    func oneID() async throws {
        let log = CapturedLog()
        try await withRealServer(logger: log.logger("data")) { server in
            let issued = try await server.key()
            let answer = try await server.ask("POST", "/v1/self/revoke", key: issued.secret)
            let id = try #require(answer["X-Request-Id"])
            #expect(log.lines.contains { $0.contains("answered") && $0.contains(id) })
            let entries = try await server.engine.store.read {
                try $0.auditEntries(AuditFilter(), before: nil, limit: 1)
            }
            #expect(entries.first?.event.requestID == id)
        }
    }
}
