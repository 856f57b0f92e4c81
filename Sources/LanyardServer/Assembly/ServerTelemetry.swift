import CoreMetrics
package import LanyardTelemetry
package import Logging
import Synchronization

/// Where a server counts and logs.
package struct ServerTelemetry: Sendable {
    package let registry: PrometheusRegistry
    private let process: ProcessMetrics
    private let drain: LogDrain
    private let level: Logger.Level
    private let format: LogFormat

    package init(_ configuration: ServerConfiguration, output: any LogOutput = StandardErrorOutput()) {
        registry = PrometheusRegistry(describing: MetricCatalogue.descriptions)
        process = ProcessMetrics.add(to: registry, version: LanyardVersion.text)
        level = configuration.logLevel
        format = configuration.logFormat
        // Where everything is wanted, so is where it comes from.
        drain = LogDrain(output: output, showsSource: configuration.logLevel == .trace, scrub: SecretScrubber.scrub)
    }

    package func logger(_ label: String) -> Logger {
        Logger(label: label) { makeHandler($0) }
    }

    private func makeHandler(_ label: String) -> any LogHandler {
        switch format {
        case .json: JSONLogHandler(label: label, level: level, drain: drain)
        case .text: TextLogHandler(label: label, level: level, drain: drain)
        }
    }

    private static let isBootstrapped = Atomic(false)

    /// Makes this the process's own, so that libraries that make loggers and metrics by themselves come here too. That can
    /// be done once in a process; a second call changes nothing.
    package func bootstrapProcess() {
        guard !Self.isBootstrapped.exchange(true, ordering: .relaxed) else { return }
        LoggingSystem.bootstrap { makeHandler($0) }
        MetricsSystem.bootstrap(registry)
    }
}
