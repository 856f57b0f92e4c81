import LanyardStorage

/// What a connection found at its other end.
struct SessionFacts: Sendable {
    /// What names the server's data: made once, and the same on its standbys.
    let systemIdentifier: String
    /// Counts promotions and restorations of that data, as eight hexadecimal digits.
    let timeline: String
    /// Whether it only follows another server.
    let isStandby: Bool
}

extension PostgresConnection {
    /// Makes a session such as Lanyard's promises need, and reads back that it is.
    ///
    /// - `synchronous_commit`: a commit is on the disk when it is answered.
    /// - `fsync`, `full_page_writes`: the disk's answer is waited for, and a page half written is noticed. With either off,
    ///   what was promised to last can be gone after a crash; they are the server's, and can only be refused.
    /// - time-outs: a lock is not held by a node that has vanished, and nobody waits for ever.
    func setUp(_ settings: PostgresSettings) throws -> SessionFacts {
        do {
            let results = try run(
                """
                SET synchronous_commit = on;
                SET statement_timeout = \(settings.statementTimeout.milliseconds);
                SET lock_timeout = \(settings.lockTimeout.milliseconds);
                SET idle_in_transaction_session_timeout = \(settings.idleInTransactionTimeout.milliseconds);
                SET tcp_keepalives_idle = 10;
                SET tcp_keepalives_interval = 5;
                SET tcp_keepalives_count = 3;
                SET search_path = \(Schema.name);
                SELECT current_setting('synchronous_commit'), current_setting('fsync'),
                    current_setting('full_page_writes'), current_setting('server_version_num'),
                    current_setting('server_encoding'), (pg_control_system()).system_identifier, pg_is_in_recovery(),
                    CASE WHEN pg_is_in_recovery() THEN '' ELSE substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) END
                """)
            guard let found = results.last, found.count == 1, found.columnCount == 8 else {
                throw StoreError(.corrupted, "the server doesn't tell its settings")
            }
            let texts = (0..<8).map { found.text(0, $0) ?? "" }
            try Self.expect("synchronous_commit", "on", texts[0])
            try Self.expect("fsync", "on", texts[1])
            try Self.expect("full_page_writes", "on", texts[2])
            guard (Int(texts[3]) ?? 0) >= Self.oldestVersion else {
                throw StoreError(.cannotOpen, "the server is older than PostgreSQL \(Self.oldestVersion / 10_000)")
            }
            try Self.expect("server_encoding", "UTF8", texts[4])
            return SessionFacts(systemIdentifier: texts[5], timeline: texts[7], isStandby: texts[6] == "t")
        } catch {
            throw StoreError.from(error, while: "setting up a session")
        }
    }

    private static let oldestVersion = 130_000

    private static func expect(_ setting: String, _ value: String, _ actual: String) throws {
        guard actual == value else {
            throw StoreError(.cannotOpen, "the server's setting \(setting) is \(actual) where it must be \(value)")
        }
    }
}
