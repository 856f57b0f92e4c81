import Foundation
import GRDB
import LanyardStorage

// # Reading a database that somebody else serves
//
// SQLite lets any number of processes read beside the one that writes. Such a connection only reads, in transactions that
// see one state; the lock of Lanyard's own, which keeps a second server away, is not asked for. What it costs the server:
// while a transaction is open, its log of writes can't be begun anew, and grows by what is written meanwhile.

/// Opens databases to read them beside a server.
enum StoreReader {
    /// - Throws: ``StoreError/Code/cannotOpen`` where there is no such file.
    static func open(_ path: String, label: String) throws -> DatabaseQueue {
        do {
            let file = try StoreFile(path)
            guard FileManager.default.fileExists(atPath: file.path) else {
                throw StoreError(.cannotOpen, "there is no file \(path)")
            }
            var configuration = Configuration()
            configuration.label = label
            configuration.readonly = true
            configuration.busyMode = .timeout(5)
            // A copy's snapshot is a transaction that stays open from one reading to the next.
            configuration.allowsUnsafeTransactions = true
            configuration.prepareDatabase { try $0.execute(sql: "PRAGMA trusted_schema = OFF") }
            return try DatabaseQueue(path: file.path, configuration: configuration)
        } catch {
            throw StoreError.from(error, while: "opening \(path)")
        }
    }
}
