import CoreMetrics
import LanyardCore
import LanyardManagement
import Logging
import Metrics
import ServiceLifecycle

/// Tells of quotas that came to a percent which their owner wanted to hear of: in the audit log, in this process's log and
/// in a metric. Each is told once, by whichever node comes to it first.
struct QuotaAlerts: Service {
    /// Alerts that one transaction takes: it holds other writers up.
    private static let batchSize = 500

    let management: Management
    let metrics: any MetricsFactory
    let logger: Logger

    private static let interval = Duration.seconds(1)

    init(management: Management, metrics: any MetricsFactory, logger: Logger) {
        self.management = management
        self.metrics = metrics
        self.logger = logger
        // Shown from the start: a metric that appears with its first event has no increase to be alarmed by.
        _ = counter(of: 100)
    }

    private func counter(of percent: Int) -> Counter {
        Counter(label: "lanyard_quota_alerts_total", dimensions: [("percent", "\(percent)")], factory: metrics)
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    try await Task.sleep(for: Self.interval)
                } catch {
                    return  // Cancelled: time to shut down.
                }
                await tell()
            }
        }
        // What came of the last calls; it begins before the engine, and so ends after it.
        await tell()
    }

    /// Tells of all that is waiting.
    func tell() async {
        do {
            while true {
                let alerts = try await management.recordAlerts(limit: Self.batchSize)
                for alert in alerts { tell(alert) }
                if alerts.count < Self.batchSize { return }
            }
        } catch {
            // Nothing is lost: the store gives them again until they are in the audit log.
            logger.error("alerts of quotas could not be written; trying again", metadata: ["reason": "\(error)"])
        }
    }

    private func tell(_ recorded: RecordedAlert) {
        let alert = recorded.alert
        let quota = alert.balance.quota
        counter(of: alert.percent).increment()
        logger.warning(
            "a quota has come to \(alert.percent) %",
            metadata: [
                "owner": "\(recorded.owner)", "quota": "\(recorded.quota)",
                "used": "\(quota.unit.text(of: alert.used))", "limit": "\(quota.unit.text(of: alert.limit))",
                "unit": "\(quota.unit.rawValue)", "period": "\(quota.period.rawValue)",
            ])
    }
}
