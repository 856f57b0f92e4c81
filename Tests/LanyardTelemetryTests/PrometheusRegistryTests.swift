import CoreMetrics
import TestSupport
import Testing

@testable import LanyardTelemetry

@Suite("The Prometheus registry")
struct PrometheusRegistryTests {
    private let registry = PrometheusRegistry(describing: [
        "decisions_total": MetricDescription("Decisions, by code."),
        "wait_seconds": MetricDescription("A \"wait\",\nwith a \\ in it.", bounds: [0.001, 0.01, 0.1]),
    ])

    private func read() throws -> ExpositionParser.Exposition {
        try ExpositionParser.parse(registry.exposition())
    }

    @Test("a counter adds up what was counted, and never goes down")
    func counters() throws {
        let counter = registry.makeCounter(label: "decisions", dimensions: [("code", "ok")])
        counter.increment(by: 3)
        counter.increment(by: -7)
        registry.makeCounter(label: "decisions", dimensions: [("code", "ok")]).increment(by: 1)
        registry.makeCounter(label: "decisions", dimensions: [("code", "rate_limited")]).increment(by: 2)
        let read = try read()
        #expect(read.value("decisions_total", ["code": "ok"]) == 4)
        #expect(read.value("decisions_total", ["code": "rate_limited"]) == 2)
        #expect(read.types["decisions_total"] == "counter")
        #expect(read.help["decisions_total"] == "Decisions, by code.")
    }

    @Test("a counter with fractions ignores what is no amount")
    func floatingPointCounters() throws {
        let counter = registry.makeFloatingPointCounter(label: "cpu_seconds_total", dimensions: [])
        for amount in [0.25, .nan, .infinity, -1, 0.5] { counter.increment(by: amount) }
        #expect(try read().value("cpu_seconds_total") == 0.75)
    }

    @Test("a gauge holds what was set last")
    func gauges() throws {
        let meter = registry.makeMeter(label: "connections", dimensions: [])
        meter.set(Int64(12))
        meter.increment(by: 2.5)
        meter.decrement(by: 0.5)
        #expect(try read().value("connections") == 14)
        registry.makeRecorder(label: "connections", dimensions: [], aggregate: false).record(Int64(3))
        #expect(try read().value("connections") == 3)
        meter.set(-Double.infinity)
        #expect(try read().value("connections") == -.infinity)
    }

    @Test("a timer counts seconds in ranges whose ends belong to them")
    func timers() throws {
        let timer = registry.makeTimer(label: "wait", dimensions: [("way", "verify")])
        for nanoseconds: Int64 in [1_000_000, 1_000_001, 9_999_999, 100_000_000, 5_000_000_000, -3] {
            timer.recordNanoseconds(nanoseconds)
        }
        let read = try read()
        func upTo(_ bound: String) -> Double? {
            read.value("wait_seconds_bucket", ["way": "verify", "le": bound])
        }
        #expect([upTo("0.001"), upTo("0.01"), upTo("0.1"), upTo("+Inf")] == [2, 4, 5, 6])
        #expect(read.value("wait_seconds_count", ["way": "verify"]) == 6)
        let sum = try #require(read.value("wait_seconds_sum", ["way": "verify"]))
        #expect(abs(sum - 5.112) < 1e-6)
        #expect(read.types["wait_seconds"] == "histogram")
    }

    @Test("a recorder that aggregates is a histogram of amounts")
    func recorders() throws {
        let recorder = registry.makeRecorder(label: "batch", dimensions: [], aggregate: true)
        for value in [1.0, 4, 5, .nan, 1e12] { recorder.record(value) }
        let read = try read()
        #expect(read.value("batch_bucket", ["le": "1"]) == 1)
        #expect(read.value("batch_bucket", ["le": "4"]) == 2)
        #expect(read.value("batch_bucket", ["le": "16"]) == 3)
        #expect(read.value("batch_bucket", ["le": "+Inf"]) == 4)
        #expect(read.value("batch_count") == 4)
    }

    @Test("hostile label values come back as they were, and break no line")
    func escaping() throws {
        let hostile = "a\"b\\c\nd} 1\n# TYPE x counter\r\u{1F511}"
        registry.makeCounter(label: "requests", dimensions: [("path", hostile)]).increment(by: 1)
        #expect(try read().value("requests_total", ["path": hostile]) == 1)
        registry.makeTimer(label: "wait", dimensions: []).recordNanoseconds(1)
        #expect(try read().help["wait_seconds"] == #"A "wait",\nwith a \\ in it."#)
    }

    @Test("names and labels are made to fit")
    func names() throws {
        registry.makeCounter(label: "hb.requests", dimensions: [("hb.uri", "/"), ("hb-uri", "x"), ("9", "n")])
            .increment(by: 1)
        registry.makeCounter(label: "", dimensions: [("le", "a"), ("__name__", "b")]).increment(by: 1)
        let read = try read()
        #expect(read.value("hb_requests_total", ["hb_uri": "/", "_9": "n"]) == 1)
        #expect(read.value("__total", ["exported_le": "a", "exported___name__": "b"]) == 1)
    }

    @Test("reading twice gives the same bytes, in order")
    func order() throws {
        for code in ["z", "a", "m"] {
            registry.makeCounter(label: "z", dimensions: [("code", code)]).increment(by: 1)
            registry.makeCounter(label: code, dimensions: []).increment(by: 1)
        }
        let first = registry.exposition()
        #expect(first == registry.exposition())
        let names = try ExpositionParser.parse(first).samples.map(\.name)
        #expect(names == names.sorted())
        let codes = try ExpositionParser.parse(first).samples.compactMap { $0.labels["code"] }
        #expect(codes == ["a", "m", "z"])
    }

    @Test("series beyond the limit count nowhere, and that is counted")
    func limits() throws {
        let registry = PrometheusRegistry(limits: .init(series: 4, seriesPerMetric: 3))
        for index in 0..<10 {
            registry.makeCounter(label: "attempts", dimensions: [("address", "\(index)")]).increment(by: 1)
        }
        registry.makeMeter(label: "fourth", dimensions: []).set(Int64(1))
        registry.makeMeter(label: "fifth", dimensions: []).set(Int64(1))
        registry.makeTimer(label: "sixth", dimensions: []).recordNanoseconds(1)
        registry.makeFloatingPointCounter(label: "seventh", dimensions: []).increment(by: 1)
        let read = try ExpositionParser.parse(registry.exposition())
        #expect(read.samples.filter { $0.name == "attempts_total" }.count == 3)
        #expect(read.value("fourth") == 1)
        #expect(read.value("fifth") == nil)
        #expect(read.value(PrometheusRegistry.droppedName) == 10)
        // What is known already goes on counting.
        registry.makeCounter(label: "attempts", dimensions: [("address", "0")]).increment(by: 1)
        #expect(try ExpositionParser.parse(registry.exposition()).value("attempts_total", ["address": "0"]) == 2)
    }

    @Test("a name that another kind of metric has taken is refused, also where only a line's beginning would clash")
    func conflicts() throws {
        registry.makeCounter(label: "taken_total", dimensions: []).increment(by: 1)
        registry.makeMeter(label: "taken_total", dimensions: []).set(Int64(7))
        registry.makeTimer(label: "time", dimensions: []).recordNanoseconds(1)
        registry.makeMeter(label: "time_seconds_count", dimensions: []).set(Int64(7))
        registry.makeFloatingPointCounter(label: "taken", dimensions: []).increment(by: 2)
        let read = try read()
        #expect(read.value("taken_total") == 1)
        #expect(read.value("time_seconds_count") == 1)
        #expect(read.value(PrometheusRegistry.droppedName) == 3)
    }

    @Test("a destroyed series is shown no more, and makes room")
    func destroying() throws {
        let registry = PrometheusRegistry(limits: .init(series: 1, seriesPerMetric: 1))
        let counter = registry.makeCounter(label: "short", dimensions: [("life", "1")])
        counter.increment(by: 1)
        registry.destroyCounter(counter)
        registry.makeCounter(label: "short", dimensions: [("life", "2")]).increment(by: 5)
        let read = try ExpositionParser.parse(registry.exposition())
        #expect(read.samples.filter { $0.name == "short_total" }.map(\.labels) == [["life": "2"]])
    }

    @Test("a gauge can be set just before it is read")
    func updates() throws {
        let meter = registry.makeMeter(label: "age", dimensions: [])
        let registry = registry
        registry.beforeReading { [weak registry] in
            meter.increment(by: 1)
            registry?.makeMeter(label: "made_late", dimensions: []).set(Int64(1))
        }
        #expect(try read().value("age") == 1)
        #expect(try read().value("age") == 2)
        #expect(try read().value("made_late") == 1)
    }

    @Test("nothing is lost when many threads count the same")
    func concurrency() async throws {
        let counter = registry.makeCounter(label: "hot", dimensions: [])
        let timer = registry.makeTimer(label: "wait", dimensions: [])
        let fraction = registry.makeFloatingPointCounter(label: "fraction", dimensions: [])
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<10_000 {
                        counter.increment(by: 1)
                        timer.recordNanoseconds(2_000_000)
                        fraction.increment(by: 0.5)
                    }
                }
            }
        }
        let read = try read()
        #expect(read.value("hot_total") == 80_000)
        #expect(read.value("fraction_total") == 40_000)
        #expect(read.value("wait_seconds_count") == 80_000)
        #expect(read.value("wait_seconds_bucket", ["le": "0.001"]) == 0)
        let sum = try #require(read.value("wait_seconds_sum"))
        #expect(abs(sum - 160) < 1e-6)
    }

    @Test("counting resets to zero")
    func reset() throws {
        let counter = registry.makeCounter(label: "again", dimensions: [])
        counter.increment(by: 9)
        counter.reset()
        #expect(try read().value("again_total") == 0)
    }
}
