import Foundation
import LanyardCore
import LanyardEngine
import LanyardManagement
import LanyardServer
import LanyardStorage
import NIOHTTP1
import TestSupport
import Testing

@testable import LanyardTelemetry

@Suite("What /metrics tells")
struct MetricsTests {
    private func scrape(_ server: RunningServer) async throws -> ExpositionParser.Exposition {
        let answer = try await get("http://\(server.addresses.admin)/metrics")
        #expect(answer.status == 200)
        return try ExpositionParser.parse(Array(answer.body.utf8))
    }

    /// Calls of every kind, and what `/metrics` then says.
    private func busy() async throws -> (ExpositionParser.Exposition, texts: [String]) {
        let test = try TestServer()
        let server = try await test.start()
        let key = try await server.engine.create(
            name: "busy customer", limits: [.requests(3, per: .seconds(3600))])
        let secret = key.secret.reveal()
        let url = "http://\(server.addresses.data)/v1/authorize"
        for _ in 0..<5 { _ = try await get(url, secret: secret) }
        for _ in 0..<2 { _ = try await get(url, secret: "lyd_live_nobody") }
        let admin = "http://\(server.addresses.admin)"
        _ = try await get("\(admin)/v1/keys", secret: test.adminSecret)
        _ = try await get("\(admin)/v1/keys", secret: secret)
        await server.engine.maintain()
        let metrics = try await scrape(server)
        try await server.stop()
        return (metrics, [secret, key.key.name, "\(key.key.id)", try test.adminSecret, "127.0.0.1"])
    }

    @Test("decisions, requests, cache, store and attempts are counted, and agree with each other")
    func counts() async throws {
        let (metrics, _) = try await busy()
        func value(_ name: String, _ labels: [String: String] = [:]) -> Double { metrics.value(name, labels) ?? -1 }
        #expect(value("lanyard_decisions_total", ["way": "authorize", "code": "ok"]) == 3)
        #expect(value("lanyard_decisions_total", ["way": "authorize", "code": "rate_limited"]) == 2)
        #expect(value("lanyard_decisions_total", ["way": "authorize", "code": "malformed_key"]) == 2)
        #expect(value("lanyard_refused_attempts_total", ["code": "malformed_key"]) == 2)
        #expect(value("lanyard_attempt_addresses") == 1)
        let authorize = ["route": "authorize"]
        #expect(value("lanyard_request_duration_seconds_count", authorize) == 7)
        #expect(value("lanyard_request_duration_seconds_sum", authorize) > 0)
        #expect(value("lanyard_request_duration_seconds_bucket", authorize.merging(["le": "+Inf"]) { $1 }) == 7)
        #expect(value("lanyard_admin_requests_total", ["status": "2xx"]) == 1)
        #expect(value("lanyard_admin_requests_total", ["status": "4xx"]) == 1)
        // The customer's key and the administrator's were read once each, and then found.
        #expect(value("lanyard_store_loads_total") == 2)
        #expect(value("lanyard_store_load_duration_seconds_count") == 2)
        #expect(value("lanyard_cache_lookups_total", ["result": "miss"]) == 2)
        #expect(value("lanyard_cache_lookups_total", ["result": "hit"]) >= 6)
        #expect(value("lanyard_cached_keys") == 2)
        #expect(value("lanyard_cached_bytes") > 0)
        #expect(value("lanyard_cache_capacity_bytes") == 256 * 1024 * 1024)
        #expect(value("lanyard_parked_requests_total") == 1)
        #expect(value("lanyard_tracked_subjects") == 2)
        #expect(value("lanyard_windows_saved_total") >= 1)
        #expect(value("lanyard_flush_duration_seconds_count") >= 1)
        #expect(value("lanyard_flush_lag_seconds") >= 0)
        let commits = value("lanyard_store_commit_duration_seconds_count")
        #expect(commits >= 3)
        #expect(value("lanyard_store_commit_writes_count") == commits)
        #expect(value("lanyard_store_commit_writes_sum") >= commits)
        let failures = metrics.samples.filter { $0.name == "lanyard_store_failures_total" }
        #expect(failures.count == 3 * StoreError.Code.allCases.count && failures.allSatisfy { $0.value == 0 })
        #expect(value("lanyard_build_info", ["version": LanyardVersion.text]) == 1)
        #if os(Linux)
            #expect(value("process_resident_memory_bytes") > 1_000_000)
            #expect(value("process_open_fds") > 3)
        #endif
        #expect(value("process_start_time_seconds") > 1_700_000_000)
    }

    @Test("a histogram's ranges only grow, and the last holds all")
    func histograms() async throws {
        let (metrics, _) = try await busy()
        let histograms = metrics.types.filter { $0.value == "histogram" }.keys
        #expect(histograms.count >= 6)
        for name in histograms {
            let series = Dictionary(grouping: metrics.samples.filter { $0.name == name + "_bucket" }) { sample in
                sample.labels.filter { $0.key != "le" }
            }
            #expect(!series.isEmpty, "\(name)")
            for (labels, samples) in series {
                let ranges = samples.map {
                    (end: $0.labels["le"] == "+Inf" ? .infinity : Double($0.labels["le"] ?? "") ?? -1, count: $0.value)
                }
                #expect(zip(ranges, ranges.dropFirst()).allSatisfy { $0.end < $1.end && $0.count <= $1.count })
                #expect(ranges.last?.end == .infinity && ranges.last?.count == metrics.value(name + "_count", labels))
            }
        }
    }

    @Test("names follow Prometheus' conventions, and every metric has its sentence")
    func names() async throws {
        let (metrics, _) = try await busy()
        for (name, type) in metrics.types {
            #expect(name.hasPrefix("lanyard_") || name.hasPrefix("process_"), "\(name)")
            #expect(name.hasSuffix("_total") == (type == "counter"), "\(name) is a \(type)")
            #expect(metrics.help[name]?.hasSuffix(".") == true || name == "lanyard_build_info", "\(name)")
            for wrong in ["_ms", "_milliseconds", "_micros", "_kb", "_mb", "_percent", "_count", "_sum", "_bucket"] {
                #expect(!name.hasSuffix(wrong), "\(name) is no base unit, or another metric's part")
            }
        }
        #expect(metrics.types.filter { $0.key.hasPrefix("lanyard_") }.count > 40)
    }

    @Test(
        "nobody's name, id, address or secret is in it, and its series are as many with a thousand callers as with one")
    func bounded() async throws {
        let (metrics, texts) = try await busy()
        let labels = Set(metrics.samples.flatMap(\.labels.keys))
        #expect(
            labels == [
                "code", "way", "route", "status", "listener", "phase", "result", "cache", "operation", "version", "le",
                "percent", "reason",
            ])
        for text in texts {
            #expect(!metrics.samples.contains { $0.labels.values.contains { $0.contains(text) } }, "\(text)")
        }
        #expect(metrics.samples.count < 600)
    }

    @Test("the table in docs/operations.md has the same metrics")
    func documentation() async throws {
        let (metrics, _) = try await busy()
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try String(contentsOf: root.appendingPathComponent("docs/operations.md"), encoding: .utf8)
        let named = Set(text.matches(of: /`((?:lanyard|process)_[a-z_]+)`/).map { String($0.1) })
        #expect(Set(metrics.types.keys).subtracting(named) == [], "not in the table")
        // A server on a file makes no connections.
        let elsewhere: Set = ["lanyard_store_connections_made_total"]
        #expect(
            named.filter { $0.contains("_") }.subtracting(metrics.types.keys).subtracting(elsewhere) == [],
            "in the table alone")
    }

    @Test("what can't be saved is told as a lag that grows, and as failures")
    func lag() async throws {
        let test = try TestServer()
        let server = try await test.start()
        try await server.engine.store.close()
        await server.engine.maintain()
        _ = try? await server.engine.store.read { try $0.epoch() }
        let metrics = try await scrape(server)
        #expect(metrics.value("lanyard_store_failures_total", ["operation": "read", "code": "closed"]) ?? 0 >= 1)
        #expect(metrics.value("lanyard_flush_lag_seconds") ?? -1 >= 0)
        try? await server.stop()
    }
}

@Suite("Addresses that try keys")
struct AttemptedAddressTests {
    @Test(
        "behind a proxy the client's address is counted, told once in the log, and shown to who may read the audit log")
    func behindProxy() async throws {
        var test = try TestServer()
        test.configuration.trustedProxies = [try CIDR(parsing: "127.0.0.0/8")]
        test.configuration.attemptWarning = 3
        let server = try await test.start()
        let admin = "http://\(server.addresses.admin)"
        let secret = try test.adminSecret
        let policy = #"{"name":"edge","dialect":"caddy"}"#
        let made = try await send(.POST, "\(admin)/v1/policies", secret: secret, json: policy)
        #expect(made.status == 201, "\(made.body)")
        let fields = [
            ("X-Forwarded-Method", "GET"), ("X-Forwarded-Uri", "/a"), ("X-Forwarded-For", "198.51.100.1, 203.0.113.7"),
        ]
        for _ in 0..<4 {
            let answer = try await send(
                .GET, "http://\(server.addresses.data)/v1/authorize/p/edge", secret: "junk", fields: fields)
            #expect(answer.status == 401)
        }
        await server.engine.maintain()
        let answer = try await get("\(admin)/v1/attempts", secret: secret)
        try await server.stop()
        #expect(answer.status == 200)
        #expect(
            answer.body.contains(#""address":"203.0.113.7","attempts":4,"codes":{"malformed_key":4}"#), "\(answer.body)"
        )
        #expect(!answer.body.contains("127.0.0.1"))
        let lines = test.log.lines(with: "an address tries keys")
        #expect(lines.count == 1)
        #expect(lines.first?.contains("address=203.0.113.7") == true)
        #expect(lines.first?.contains("warning") == true)
    }
}
