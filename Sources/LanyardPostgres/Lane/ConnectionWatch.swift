import LanyardStorage
import Logging
import Synchronization

/// Tells the log when the database can't be reached, and when it can again: once each, however many lanes notice. What keeps
/// it away may change meanwhile (a server that comes back with another version's schema): each sort of reason is told once.
final class ConnectionWatch: Sendable {
    /// Why it could not be reached since it last could; empty while it can.
    private let reasons = Mutex<Set<StoreError.Code>>([])
    private let logger: Logger
    private let metrics: StoreMetrics

    init(logger: Logger, metrics: StoreMetrics) {
        self.logger = logger
        self.metrics = metrics
    }

    func connected() {
        metrics.connected()
        let wasDown = reasons.withLock { reasons in
            defer { reasons = [] }
            return !reasons.isEmpty
        }
        if wasDown { logger.notice("the database can be reached again") }
    }

    func failed(_ error: StoreError) {
        metrics.failed(.connect, error)
        let (wasUp, isAnother) = reasons.withLock { ($0.isEmpty, $0.insert(error.code).inserted) }
        guard isAnother else { return }
        logger.warning(
            wasUp ? "the database can't be reached" : "the database still can't be used",
            metadata: ["error": "\(error)"])
    }

    func noticedAnotherIncarnation() {
        logger.error("the database has gone back in time or is another one: what was known of it is read again")
    }
}
