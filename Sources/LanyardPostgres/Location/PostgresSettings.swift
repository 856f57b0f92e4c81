import Foundation
import LanyardStorage

/// How a store on PostgreSQL goes about its connections. The values here are the defaults.
package struct PostgresSettings: Sendable, Hashable {
    /// The most connections that read and write, five at least; one more listens.
    package var connections = 10
    /// How long the making of a connection may take, in whole seconds.
    package var connectTimeout: Duration = .seconds(5)
    /// How long a statement may take; the server ends it then.
    package var statementTimeout: Duration = .seconds(10)
    /// How long a statement may wait for another's lock.
    package var lockTimeout: Duration = .seconds(8)
    /// How long a transaction may lie idle: the server ends it then, and with it the locks of a node that has vanished.
    package var idleInTransactionTimeout: Duration = .seconds(5)
    /// How much longer than the server's own time-out a node waits for its answer.
    package var answerSlack: Duration = .seconds(2)
    /// How long a call may wait for its turn, connections that are being made included.
    package var queueTimeout: Duration = .seconds(10)
    /// Beyond so many waiting calls of each kind, the next is refused.
    package var mostWaiting = 10_000
    /// The most writes in one commit.
    package var mostTogether = 256
    /// After so much work a batch is committed, whoever still waits.
    package var longestBatch: Duration = .milliseconds(50)
    /// How long closing waits for statements under way, before they are cut off.
    package var closingTimeout: Duration = .seconds(5)
    /// A file that holds the password and nothing else; read at each connecting, so that it can be changed.
    package var passwordFile: String?

    package init() {}

    /// How many connections there are for each kind of call, beside one that writes and one that confirms.
    var shares: (reading: Int, counting: Int, reporting: Int) {
        let (counting, reporting) = (connections < 8 ? 1 : 2, connections < 7 ? 1 : 2)
        return (max(1, connections - 2 - counting - reporting), counting, reporting)
    }

    /// How long any answer may take to arrive.
    var answerTimeout: Duration { statementTimeout + answerSlack }

    /// The password in ``passwordFile``, without the line break at its end.
    func password() throws(StoreError) -> String? {
        guard let passwordFile else { return nil }
        guard let file = FileHandle(forReadingAtPath: passwordFile),
            let bytes = try? file.read(upToCount: Self.mostPasswordBytes)
        else { throw StoreError(.cannotOpen, "the password's file \(passwordFile) can't be read") }
        let line =
            bytes.split(separator: UInt8(ascii: "\n"), maxSplits: 1, omittingEmptySubsequences: false).first ?? []
        let text = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
        guard !text.isEmpty, let password = String(validating: text, as: UTF8.self) else {
            throw StoreError(.cannotOpen, "there is no password in \(passwordFile)")
        }
        return password
    }

    private static let mostPasswordBytes = 4096
}
