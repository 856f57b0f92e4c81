import LanyardCore
import LanyardStorage

// # A commit whose reply was lost
//
// When the connection is lost after COMMIT was sent, the transaction may have been committed or not. Neither may be told
// to the callers by guess: a write that is repeated counts twice, one that is given up may have happened.
//
// Each transaction that writes begins by putting a random token into its connection's row of `writers`. After the loss
// another connection writes to that row too, which waits until the transaction that wrote to it before has ended, one way
// or the other. It then finds the token: committed. It finds another, or no row: not, and the bodies are run again.
//
// PostgreSQL could be asked for the state of a transaction by its number instead (`pg_xact_status`). But a number that
// was lost with a crash, because nothing of its transaction had reached the disk, is given to another afterwards, and
// the answer would be that one's.

/// The mark that a transaction leaves if it is committed.
struct CommitToken: Sendable {
    private let writer: WriterID
    private let number = Int64.random(in: .min ... .max)

    init(_ connection: PostgresConnection) {
        writer = connection.writer
    }

    /// Leaves the mark; within the transaction.
    var sql: String {
        """
        INSERT INTO writers (id, token, at) VALUES ('\(writer.uuidText)', \(number), now())
        ON CONFLICT (id) DO UPDATE SET token = excluded.token, at = excluded.at
        """
    }

    /// Whether the transaction was committed, asked through another connection once its own is lost.
    func isCommitted(_ connection: PostgresConnection) throws -> Bool {
        let results = try connection.run(
            """
            BEGIN;
            INSERT INTO writers AS old (id, token, at) VALUES ('\(writer.uuidText)', 0, now())
            ON CONFLICT (id) DO UPDATE SET at = old.at RETURNING token;
            ROLLBACK
            """)
        guard results.count == 3, let text = results[1].text(0, 0), let found = Int64(text) else {
            throw StoreError(.corrupted, "a row of writers can't be read")
        }
        return found == number
    }

    /// Forgets the connections that are long gone.
    static let pruning = "DELETE FROM writers WHERE at < now() - interval '1 day'"
}

/// Tags the id of a connection that writes.
enum WriterTag: IdentifierTag {
    static var prefix: String { "writer" }
}

typealias WriterID = Identifier<WriterTag>

extension Identifier {
    /// As SQL writes a uuid: hexadecimal digits, and so nothing that could be anything else.
    fileprivate var uuidText: String {
        func digits(_ half: UInt64) -> String {
            let text = String(half, radix: 16)
            return String(repeating: "0", count: 16 - text.count) + text
        }
        return digits(high) + digits(low)
    }
}

/// The writes of a commit that nobody knows the outcome of.
struct UnknownCommit: Sendable {
    let token: CommitToken
    /// All bodies of the transaction, those that threw included: what they threw may rest on what others had written.
    let outcomes: [WriteOutcome]
    let deadline: Moment
    let change: ChangeMark?

    func fail(_ error: StoreError) {
        let error = StoreError(
            .unavailable,
            "the connection was lost during a commit, and it is not known whether it lasts: \(error.context)")
        for outcome in outcomes { outcome.write.fail(error) }
    }
}

/// What became of one body.
struct WriteOutcome: Sendable {
    let write: PendingWrite
    let result: Result<@Sendable () -> Void, any Error>

    var isSuccess: Bool {
        switch result {
        case .success: true
        case .failure: false
        }
    }

    /// Tells the caller; only once the transaction is over.
    func tell() {
        switch result {
        case .success(let tell): tell()
        case .failure(let error): write.fail(error)
        }
    }
}
