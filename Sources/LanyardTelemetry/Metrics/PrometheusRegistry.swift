package import CoreMetrics
import Synchronization

/// Keeps the metrics of this process for Prometheus to read.
///
/// Counting costs one or two relaxed atomic additions and takes no lock; making a metric, and reading them all, take one.
/// Names are made to fit Prometheus: `hb.requests` is shown as `hb_requests_total`, and a timer `wait`, recorded in
/// nanoseconds, as `wait_seconds`.
///
/// Series are bounded, because a label's value may come from outside: a series beyond ``Limits``, or one whose name is
/// taken by another kind of metric, counts nowhere, and `lanyard_metrics_dropped_total` says how often that was asked for.
package final class PrometheusRegistry: MetricsFactory, Sendable {
    package struct Limits: Sendable {
        /// The most series of all metrics.
        package var series: Int
        /// The most series of one metric, so that one can't crowd out the others.
        package var seriesPerMetric: Int

        package init(series: Int = 4_000, seriesPerMetric: Int = 500) {
            self.series = series
            self.seriesPerMetric = seriesPerMetric
        }
    }

    enum Instrument: Sendable {
        case counter(CounterInstrument)
        case floatingPointCounter(FloatingPointCounterInstrument)
        case gauge(GaugeInstrument)
        case histogram(HistogramInstrument)

        var handler: AnyObject {
            switch self {
            case .counter(let instrument): instrument
            case .floatingPointCounter(let instrument): instrument
            case .gauge(let instrument): instrument
            case .histogram(let instrument): instrument
            }
        }
    }

    struct Family: Sendable {
        let kind: MetricKind
        let help: String
        var series: [LabelSet: Instrument] = [:]
    }

    private struct State: Sendable {
        var families: [String: Family] = [:]
        /// Every name that a line of the answer may begin with.
        var sampleNames: Set<String> = []
        var series = 0
        var updates: [@Sendable () -> Void] = []
    }

    static let droppedName = "lanyard_metrics_dropped_total"
    private static let droppedHelp = "Metrics that count nowhere: too many series, or a name of another kind."

    private let limits: Limits
    private let descriptions: [String: MetricDescription]
    private let dropped = CounterInstrument()
    private let state = Mutex(State())

    /// - Parameter descriptions: by the names under which metrics are shown.
    package init(describing descriptions: [String: MetricDescription] = [:], limits: Limits = Limits()) {
        self.descriptions = descriptions
        self.limits = limits
        state.withLock { state in
            let family = Family(kind: .counter, help: Self.droppedHelp, series: [LabelSet([]): .counter(dropped)])
            state.families[Self.droppedName] = family
            state.sampleNames.insert(Self.droppedName)
        }
    }

    /// Runs `update` before each reading, so that a gauge can be set to what is true then. It must not wait for anything,
    /// and holds the registry weakly if at all, as it should any metric of it.
    package func beforeReading(_ update: @escaping @Sendable () -> Void) {
        state.withLock { $0.updates.append(update) }
    }

    /// The names under which metrics are shown, in order.
    package var names: [String] { state.withLock { $0.families.keys.sorted() } }

    /// All families by name, with what their gauges hold now.
    func read() -> [(name: String, family: Family)] {
        // Not under the lock: an update may make its gauge, which takes it.
        for update in state.withLock({ $0.updates }) { update() }
        let families = state.withLock { $0.families }
        return families.map { (name: $0.key, family: $0.value) }.sorted { $0.name < $1.name }
    }

    // MARK: - MetricsFactory

    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        let name = MetricName.name(for: label, endingWith: "_total")
        let found = instrument(name, .counter, dimensions) { .counter(CounterInstrument()) }
        guard case .counter(let counter) = found else { return drop() }
        return counter
    }

    package func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        let name = MetricName.name(for: label, endingWith: "_total")
        let found = instrument(name, .counter, dimensions) { .floatingPointCounter(FloatingPointCounterInstrument()) }
        guard case .floatingPointCounter(let counter) = found else {
            dropped.increment(by: 1)
            return UnseenFloatingPointCounter()
        }
        return counter
    }

    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        gauge(label, dimensions) ?? drop()
    }

    package func makeRecorder(
        label: String, dimensions: [(String, String)], aggregate: Bool
    ) -> any RecorderHandler {
        guard aggregate else { return gauge(label, dimensions) ?? drop() }
        return histogram(label, dimensions, suffix: "", scale: 1, bounds: DefaultBounds.amounts) ?? drop()
    }

    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        histogram(label, dimensions, suffix: "_seconds", scale: 1e9, bounds: DefaultBounds.durations) ?? drop()
    }

    package func destroyCounter(_ handler: any CounterHandler) { forget(handler) }
    package func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) { forget(handler) }
    package func destroyMeter(_ handler: any MeterHandler) { forget(handler) }
    package func destroyRecorder(_ handler: any RecorderHandler) { forget(handler) }
    package func destroyTimer(_ handler: any TimerHandler) { forget(handler) }

    // MARK: - Series

    private func gauge(_ label: String, _ dimensions: [(String, String)]) -> GaugeInstrument? {
        let found = instrument(MetricName.cleaned(label), .gauge, dimensions) { .gauge(GaugeInstrument()) }
        guard case .gauge(let gauge) = found else { return nil }
        return gauge
    }

    private func histogram(
        _ label: String, _ dimensions: [(String, String)], suffix: String, scale: Double, bounds: [Double]
    ) -> HistogramInstrument? {
        let name = MetricName.name(for: label, endingWith: suffix)
        let shown = descriptions[name]?.bounds ?? bounds
        let found = instrument(name, .histogram, dimensions) {
            .histogram(HistogramInstrument(shownBounds: shown, scale: scale))
        }
        guard case .histogram(let histogram) = found else { return nil }
        return histogram
    }

    /// The instrument of a series, made if it is new. `nil` if there is no room for it or its name is another kind's.
    private func instrument(
        _ name: String, _ kind: MetricKind, _ dimensions: [(String, String)], make: () -> Instrument
    ) -> Instrument? {
        let labels = LabelSet(dimensions)
        return state.withLock { state in
            if let family = state.families[name] {
                guard family.kind == kind else { return nil }
                if let known = family.series[labels] { return known }
                guard family.series.count < limits.seriesPerMetric else { return nil }
            } else {
                let samples = Self.sampleNames(of: name, kind)
                guard state.sampleNames.isDisjoint(with: samples), state.series < limits.series else { return nil }
                state.sampleNames.formUnion(samples)
                state.families[name] = Family(kind: kind, help: descriptions[name]?.help ?? "")
            }
            guard state.series < limits.series else { return nil }
            let made = make()
            state.families[name]?.series[labels] = made
            state.series += 1
            return made
        }
    }

    private static func sampleNames(of name: String, _ kind: MetricKind) -> [String] {
        switch kind {
        case .counter, .gauge: [name]
        case .histogram: [name, name + "_bucket", name + "_sum", name + "_count"]
        }
    }

    /// Takes a series out of what is shown. Whoever still holds the handler counts into nothing.
    private func forget(_ handler: AnyObject) {
        state.withLock { state in
            for (name, family) in state.families {
                guard let labels = family.series.first(where: { $0.value.handler === handler })?.key else { continue }
                state.families[name]?.series[labels] = nil
                state.series -= 1
                return
            }
        }
    }

    private func drop() -> NOOPMetricsHandler {
        dropped.increment(by: 1)
        return NOOPMetricsHandler.instance
    }
}

/// Stands in for a floating-point counter that is not shown: swift-metrics' own stand-in has no such face.
private final class UnseenFloatingPointCounter: FloatingPointCounterHandler {
    func increment(by amount: Double) {}
    func reset() {}
}
