import Dispatch
import LanyardStorage
package import Logging

extension PostgresStore {
    /// Opens the database at an address and brings its schema up to date.
    /// - Throws: ``StoreError``: `unavailable` where no server answers, `cannotOpen` where it lets nobody in or is not set
    ///   up so that commits last, `readOnly` for a standby or without the rights, `schemaTooNew`.
    package static func open(
        _ location: PostgresLocation, settings: PostgresSettings = PostgresSettings(),
        logger: Logger = Logger(label: "lanyard.store")
    ) async throws -> PostgresStore {
        if let warning = location.warning() { logger.warning("\(warning)") }
        let metrics = StoreMetrics()
        let watch = ConnectionWatch(logger: logger, metrics: metrics)
        let listening = Listening()
        let incarnation = IncarnationWatch {
            watch.noticedAnotherIncarnation()
            listening.listener?.tellOfLostNotices()
        }
        let connector = Connector(location: location, settings: settings, incarnation: incarnation)
        let listener = NoticeListener(connector: connector, watch: watch)
        listening.set(listener)
        try await onThread { Result { try prepare(connector) } }.get()
        return PostgresStore(connector: connector, metrics: metrics, watch: watch, listener: listener)
    }

    private static func prepare(_ connector: Connector) throws {
        do {
            let (connection, facts) = try connector.connectAnywhere()
            try Schema.prepare(connection)
            try connector.incarnation.look(through: connection, facts)
            try connection.run(CommitToken.pruning)
        } catch {
            throw StoreError.from(error, while: "opening \(connector.location)")
        }
    }
}

/// Runs what blocks on a thread that may block.
func onThread<Result: Sendable>(_ body: @escaping @Sendable () -> Result) async -> Result {
    await withCheckedContinuation { caller in
        DispatchQueue.global().async { caller.resume(returning: body()) }
    }
}
