import GRDB
import GRDBSQLite

/// How far the log of writes may grow before a commit brings it into the database, in pages of 4 KiB.
///
/// The commit that does it waits for the disk once more, for the longer the more there is; but a page that was written
/// several times since goes into the database once. Digests are random, so an import into a large store changes the same
/// pages again and again, and nobody waits for one of its commits.
enum CheckpointPace: CInt {
    /// 16 MB.
    case usual = 4000
    /// 64 MB.
    case bulk = 16_000
}

extension Database {
    func checkpoint(_ pace: CheckpointPace) {
        sqlite3_wal_autocheckpoint(sqliteConnection, pace.rawValue)
    }
}
