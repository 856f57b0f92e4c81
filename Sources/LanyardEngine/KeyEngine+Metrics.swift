import CoreMetrics
package import LanyardCore
import Logging
import Synchronization

extension KeyEngine {
    /// Brings the metrics up to date. Takes the locks of the caches one after the other, each for a moment, and waits for
    /// nothing else: so it can be asked for at each reading, and tells how far behind the saving is even while it hangs.
    package func reportMetrics() {
        let now = EngineCounters.Reported(
            cache: cache.statistics, refusedSubjects: allowances.refusalCount, attempts: attempts.totals)
        // Under the lock, so that of two readers at once neither counts what the other has counted.
        reported.withLock { counters.advance(&$0, to: now) }
        counters.cacheCapacity.record(configuration.cacheBytes)
        counters.trackedSubjects.record(allowances.count)
        counters.openCalls.record(calls.openCount)
        counters.epoch.record(epoch)
        let lag = self.now.monotonic.nanoseconds - lastFlush.load(ordering: .relaxed)
        counters.flushLagSeconds.record(Double(max(0, lag)) / 1e9)
        reportNodes()
    }

    private func reportNodes() {
        guard let membership else { return counters.recordNodes(live: 1, silent: 0) }
        logCurrency()
        counters.followerLag.record(max(0, membership.newestEpoch - epoch))
        let age = now.monotonic.nanoseconds - lastConfirmed.load(ordering: .relaxed)
        counters.confirmationAge.record(Double(max(0, age)) / 1e9)
        let watched = membership.watched
        let live = watched.count(where: \.isLive)
        counters.recordNodes(live: live, silent: watched.count - live)
    }

    /// What is known of refused attempts, the busiest address first.
    package func attemptReport(limit: Int, code: DenialCode? = nil) -> AttemptReport {
        attempts.report(limit: limit, code: code)
    }

    /// Tells which addresses try many keys. Here and not where they are counted: a decision never waits for the log.
    func logAttempts() {
        for warning in attempts.takeWarnings() {
            var metadata: Logger.Metadata = [
                "address": "\(warning.address.text)", "attempts_in_minute": "\(warning.countInMinute)",
                "since": "\(warning.address.firstSeen)",
            ]
            for (code, count) in warning.address.counts { metadata[code.text] = "\(count)" }
            if !warning.address.keys.isEmpty {
                metadata["keys"] = .array(warning.address.keys.map { .string($0.description) })
            }
            if warning.untold > 0 { metadata["addresses_not_told"] = "\(warning.untold)" }
            logger.warning("an address tries keys that it may not use", metadata: metadata)
        }
    }
}
