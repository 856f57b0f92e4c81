import CLanyardPQ
import LanyardCore
import LanyardStorage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

// # A connection
//
// libpq is told to block nowhere but in the making of a connection: statements are sent, and then the socket is waited
// for with a deadline. PostgreSQL's own time-outs end a statement that takes too long on a server that works; the
// deadline here ends the waiting for one that does not answer at all, because it was stopped or the network swallows
// everything. A connection that missed its deadline is lost: nobody knows what will come out of it later.
//
// Statements are prepared at their first use and known by their text. Values go both ways in binary.

/// A connection to PostgreSQL, used on one thread alone.
final class PostgresConnection {
    private let raw: OpaquePointer
    let handle: ConnectionHandle
    private let timeout: Duration
    private var prepared: [String: String] = [:]
    private(set) var isLost = false
    /// Names this connection's row of `writers`.
    let writer = WriterID.make(atMilliseconds: 0)

    /// Beyond so many statements, further ones are not prepared: their texts differ with each call.
    private static let mostPrepared = 256

    /// Takes over a connection that libpq has made. `timeout` is how long any answer may take to arrive.
    init(taking raw: OpaquePointer, timeout: Duration) {
        self.raw = raw
        self.timeout = timeout
        handle = ConnectionHandle(raw)
        PQsetnonblocking(raw, 1)
        // What the server remarks beside its answers is nobody's: by default libpq prints it.
        PQsetNoticeReceiver(raw, { _, _ in }, nil)
    }

    deinit {
        handle.release()
        PQfinish(raw)
    }

    /// Whether a statement can be sent: what happened while nobody looked (the server ended) is noticed here.
    func isAlive() -> Bool {
        guard !isLost else { return false }
        if Self.wait(PQsocket(raw), Int16(POLLIN), milliseconds: 0) {
            if PQconsumeInput(raw) == 0 || PQstatus(raw) != CONNECTION_OK { isLost = true }
        }
        return !isLost
    }

    /// Takes no more statements: what was begun is undone by the server once the connection is closed.
    func lose() { isLost = true }
}

// MARK: - Statements

extension PostgresConnection {
    /// Runs a statement with values, both in binary.
    func execute(_ sql: String, _ values: ColumnWriter = ColumnWriter()) throws(StatementFailure) -> ResultRows {
        let deadline = Moment.now + timeout
        let name = try prepare(sql, deadline)
        let isSent = values.withParameters { count, pointers, lengths, formats in
            if let name { return PQsendQueryPrepared(raw, name, count, pointers, lengths, formats, 1) }
            return PQsendQueryParams(raw, sql, count, nil, pointers, lengths, formats, 1)
        }
        guard isSent == 1 else { throw lost() }
        return try result(deadline)
    }

    /// Runs statements without values in one round trip; what each gave back, in text. None is carried out after one that
    /// was refused.
    @discardableResult
    func run(_ sql: String, timeout: Duration? = nil) throws(StatementFailure) -> [ResultRows] {
        guard !isLost else { throw .lost("the connection is lost") }
        guard PQsendQuery(raw, sql) == 1 else { throw lost() }
        return try results((timeout ?? self.timeout).deadline)
    }

    /// Commits, after a statement that is sent along.
    func commit(after statement: String = "") throws(StatementFailure) {
        // The commit of a transaction that has failed is answered by what it amounts to.
        guard try run("\(statement)COMMIT").last?.command == "COMMIT" else {
            throw .refused(ServerError(state: "25P02", message: "the transaction was rolled back"))
        }
    }

    /// Ends the transaction without its changes. Where that fails the connection is lost, and the server does it.
    func rollBack() {
        guard !isLost else { return }
        do { try run("ROLLBACK") } catch { isLost = true }
    }

    /// The name of the prepared statement; `nil` where there are too many already.
    private func prepare(_ sql: String, _ deadline: Moment) throws(StatementFailure) -> String? {
        guard !isLost else { throw .lost("the connection is lost") }
        if let name = prepared[sql] { return name }
        guard prepared.count < Self.mostPrepared else { return nil }
        let name = "s\(prepared.count)"
        guard PQsendPrepare(raw, name, sql, 0, nil) == 1 else { throw lost() }
        _ = try result(deadline)
        prepared[sql] = name
        return name
    }

    private func result(_ deadline: Moment) throws(StatementFailure) -> ResultRows {
        guard let rows = try results(deadline).last else { throw lost() }
        return rows
    }

    /// Reads results until there are no more; the first refusal is thrown once all were read.
    private func results(_ deadline: Moment) throws(StatementFailure) -> [ResultRows] {
        try flush(deadline)
        var rows: [ResultRows] = []
        var refusal: ServerError?
        while true {
            while PQisBusy(raw) == 1 {
                try wait(Int16(POLLIN), deadline)
                guard PQconsumeInput(raw) == 1 else { throw lost() }
            }
            guard let result = PQgetResult(raw) else { break }
            switch PQresultStatus(result) {
            case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY:
                rows.append(ResultRows(taking: result))
            case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH:
                PQclear(result)
                throw lost()
            default:
                if refusal == nil { refusal = Self.error(of: result) }
                PQclear(result)
            }
        }
        if let refusal {
            if PQstatus(raw) != CONNECTION_OK || refusal.endsConnection || refusal.state.isEmpty {
                isLost = true
                throw .lost(refusal.message)
            }
            throw .refused(refusal)
        }
        return rows
    }

    private static func error(of result: OpaquePointer) -> ServerError {
        // 'C' and 'M' in libpq's header: macros that Swift doesn't see.
        func field(_ code: UInt8) -> String? {
            PQresultErrorField(result, Int32(code)).map { String(cString: $0) }
        }
        let message = field(UInt8(ascii: "M")) ?? PQresultErrorMessage(result).map { String(cString: $0) } ?? ""
        return ServerError(state: field(UInt8(ascii: "C")) ?? "", message: message.onOneLine)
    }
}

// MARK: - Copying

extension PostgresConnection {
    /// Begins a `COPY … FROM STDIN`: until it is ended, nothing but its data can be sent.
    func beginCopy(_ sql: String) throws(StatementFailure) {
        guard !isLost else { throw .lost("the connection is lost") }
        guard PQsendQuery(raw, sql) == 1 else { throw lost() }
        let deadline = timeout.deadline
        try flush(deadline)
        while PQisBusy(raw) == 1 {
            try wait(Int16(POLLIN), deadline)
            guard PQconsumeInput(raw) == 1 else { throw lost() }
        }
        guard let result = PQgetResult(raw) else { throw lost() }
        if PQresultStatus(result) == PGRES_COPY_IN { return PQclear(result) }
        let refusal = Self.error(of: result)
        PQclear(result)
        _ = try results(deadline)
        throw .refused(refusal)
    }

    /// Sends data. What the server thinks of it is heard at the end.
    func copy(_ data: [UInt8]) throws(StatementFailure) {
        let deadline = timeout.deadline
        let isTaken = data.withUnsafeBytes { bytes in
            PQputCopyData(raw, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(clamping: bytes.count))
        }
        // 0: libpq has no room; with the socket emptied it has.
        guard isTaken >= 0 else { throw lost() }
        try flush(deadline)
        if isTaken == 0 { try copy(data) }
    }

    func endCopy() throws(StatementFailure) {
        let deadline = timeout.deadline
        while true {
            switch PQputCopyEnd(raw, nil) {
            case 1:
                _ = try results(deadline)
                return
            case 0: try flush(deadline)
            default: throw lost()
            }
        }
    }
}

// MARK: - Waiting

extension PostgresConnection {
    private func flush(_ deadline: Moment) throws(StatementFailure) {
        while true {
            switch PQflush(raw) {
            case 0: return
            case 1:
                // The server may wait for us to read before it reads on.
                try wait(Int16(POLLIN | POLLOUT), deadline)
                guard PQconsumeInput(raw) == 1 else { throw lost() }
            default: throw lost()
            }
        }
    }

    private func wait(_ events: Int16, _ deadline: Moment) throws(StatementFailure) {
        while true {
            let left = deadline.millisecondsLeft
            guard left > 0 else {
                isLost = true
                throw .lost("the server has not answered in time")
            }
            if Self.wait(PQsocket(raw), events, milliseconds: left) { return }
        }
    }

    /// Whether something happened on the socket; an interrupted wait counts as none.
    private static func wait(_ descriptor: Int32, _ events: Int16, milliseconds: Int32) -> Bool {
        var item = pollfd(fd: descriptor, events: events, revents: 0)
        return poll(&item, 1, milliseconds) > 0
    }

    private func lost() -> StatementFailure {
        isLost = true
        let reason = String(cString: PQerrorMessage(raw)).onOneLine
        return .lost(reason.isEmpty ? "the connection is lost" : reason)
    }
}

// MARK: - Notices

extension PostgresConnection {
    /// Waits for notices of `LISTEN`, and takes those that are there: channel and text. None when the time is over.
    func notices(within time: Duration) throws(StatementFailure) -> [(channel: String, text: String)] {
        guard !isLost else { throw .lost("the connection is lost") }
        if Self.wait(PQsocket(raw), Int16(POLLIN), milliseconds: Int32(clamping: time.milliseconds)) {
            guard PQconsumeInput(raw) == 1, PQstatus(raw) == CONNECTION_OK else { throw lost() }
        }
        var notices: [(channel: String, text: String)] = []
        while let notice = PQnotifies(raw) {
            notices.append((String(cString: notice.pointee.relname), String(cString: notice.pointee.extra)))
            PQfreemem(notice)
        }
        return notices
    }
}

extension Duration {
    fileprivate var deadline: Moment { Moment.now + self }
}

extension String {
    /// Without line breaks and tabs: for errors and logs.
    var onOneLine: String {
        split(whereSeparator: { $0.isNewline || $0 == "\t" }).joined(separator: " ").trimmed
    }

    private var trimmed: String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
