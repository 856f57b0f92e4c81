import LanyardStorage
import Logging
import Synchronization

/// Tells the log when the database can't be reached, and when it can again: once each, however many lanes notice.
final class ConnectionWatch: Sendable {
    private let isDown = Mutex(false)
    private let logger: Logger
    private let metrics: StoreMetrics

    init(logger: Logger, metrics: StoreMetrics) {
        self.logger = logger
        self.metrics = metrics
    }

    func connected() {
        metrics.connected()
        let wasDown = isDown.withLock { isDown in
            defer { isDown = false }
            return isDown
        }
        if wasDown { logger.notice("the database can be reached again") }
    }

    func failed(_ error: StoreError) {
        metrics.failed(.connect, error)
        let wasUp = isDown.withLock { isDown in
            defer { isDown = true }
            return !isDown
        }
        if wasUp { logger.warning("the database can't be reached", metadata: ["error": "\(error)"]) }
    }

    func noticedAnotherIncarnation() {
        logger.error("the database has gone back in time or is another one: what was known of it is read again")
    }
}
