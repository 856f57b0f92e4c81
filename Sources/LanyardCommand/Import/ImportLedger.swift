import LanyardWire
import NIOCore

/// What has become of each line of an import.
///
/// Lines are taken from the file, sent, and settled by the server's answers, which come in the lines' order. Whatever
/// is not settled is kept here, so after a connection was lost the same lines are sent again, to the last byte, from a
/// file or a pipe alike. The server refuses a digest that exists: of lines that may have been sent before,
/// `digest_exists` says that they had arrived, and only of the others that they are refused. What is kept is bounded;
/// no more is taken from the file until the server has caught up.
///
/// Blank lines are counted and not sent. A line that the server would not take for its length is refused here.
struct ImportLedger {
    /// What became of a line.
    enum Outcome: Equatable {
        case imported(id: String)
        /// Its key was there from an earlier attempt.
        case alreadyThere(id: String?)
        case refused(problem: JSONValue)
    }

    struct Settled: Equatable {
        /// In the file.
        let line: Int64
        let outcome: Outcome
    }

    /// The answer and what was sent don't fit each other.
    struct Mismatch: Error, Equatable {
        let detail: String
    }

    private struct Line {
        let number: Int64
        let start: UInt64
        let end: UInt64
        let fingerprint: UInt64
        /// With its newline; nil where it was refused here.
        let bytes: [UInt8]?
    }

    /// What the server takes as one line.
    static let longestLine = 64 << 10
    /// The server answers a thousand lines at once. Twenty such batches on their way keep it busy.
    static let mostLines = 20_000
    /// Room for a whole batch of the longest lines: with less, both sides would wait for each other.
    static let mostBytes = 1_200 * longestLine

    private(set) var progress: ImportProgress
    private var queue = CircularBuffer<Line>()
    private var queuedBytes = 0
    /// How many of the queue the connection has been given.
    private var sent = 0
    private var answeredOnConnection: Int64 = 0
    private var importedOnConnection: Int64 = 0
    private var refusedOnConnection: Int64 = 0
    private var lastTaken: Int64
    private var lastSent: Int64 = 0
    /// Up to which line a digest that exists may be our own doing.
    private var uncertainThrough: Int64

    /// - Parameter resuming: the progress of an earlier run, whose last lines may have arrived without us knowing.
    init(resuming progress: ImportProgress? = nil) {
        self.progress = progress ?? ImportProgress()
        lastTaken = self.progress.lines
        uncertainThrough = progress == nil ? 0 : .max
    }

    var hasRoom: Bool { queuedBytes < Self.mostBytes && queue.count < Self.mostLines }
    /// Whether every line that was taken is settled.
    var isSettled: Bool { queue.isEmpty }
    /// Whether the server owes an answer.
    var awaitsAnswer: Bool { sent > 0 }

    // MARK: Lines on their way

    /// Takes the next line of the file.
    mutating func take(_ line: LineSplitter.Line) {
        lastTaken += 1
        guard !line.isBlank else { return }
        queue.append(
            Line(
                number: lastTaken, start: line.start, end: line.end, fingerprint: LineFingerprint.of(line.bytes),
                bytes: line.isTooLong ? nil : line.bytes + [UInt8(ascii: "\n")]))
        if !line.isTooLong { queuedBytes += line.bytes.count + 1 }
    }

    /// The next lines for the connection, about `most` bytes of them; nil where all have been given to it.
    mutating func nextBytes(most: Int) -> [UInt8]? {
        var bytes: [UInt8] = []
        while sent < queue.count, bytes.count < most {
            let line = queue[queue.index(queue.startIndex, offsetBy: sent)]
            sent += 1
            guard let text = line.bytes else { continue }
            bytes += text
            lastSent = max(lastSent, line.number)
        }
        return bytes.isEmpty ? nil : bytes
    }

    // MARK: Answers

    /// Settles a line by the server's answer to it.
    mutating func settle(_ answer: ImportAnswer) throws(Mismatch) -> [Settled] {
        var settled = settleRefusedHere()
        switch answer {
        case .imported(let line, let id):
            settled.append(try settleFirst(answered: line, .imported(id: id)))
        case .refused(let line, let problem):
            settled.append(try settleFirst(answered: line, outcome(of: problem)))
        case .interrupted: break
        case .summary(let imported, let refused):
            guard imported == importedOnConnection, refused == refusedOnConnection else {
                throw Mismatch(detail: "with a summary that differs from its lines")
            }
        }
        return settled + settleRefusedHere()
    }

    /// Settles the lines at the front that were never to be sent.
    mutating func settleRefusedHere() -> [Settled] {
        var settled: [Settled] = []
        while let first = queue.first, first.bytes == nil {
            settled.append(settleFirst(.refused(problem: Self.tooLong)))
        }
        return settled
    }

    private mutating func settleFirst(answered line: Int64, _ outcome: Outcome) throws(Mismatch) -> Settled {
        guard sent > 0, line == answeredOnConnection + 1 else {
            throw Mismatch(detail: "about line \(line), which was not its turn")
        }
        answeredOnConnection = line
        switch outcome {
        case .imported: importedOnConnection += 1
        case .alreadyThere, .refused: refusedOnConnection += 1
        }
        return settleFirst(outcome)
    }

    private mutating func settleFirst(_ outcome: Outcome) -> Settled {
        let line = queue.removeFirst()
        queuedBytes -= line.bytes?.count ?? 0
        sent = max(0, sent - 1)
        progress.lines = line.number
        progress.start = line.start
        progress.end = line.end
        progress.fingerprint = line.fingerprint
        switch outcome {
        case .imported: progress.imported += 1
        case .alreadyThere: progress.alreadyThere += 1
        case .refused: progress.refused += 1
        }
        return Settled(line: line.number, outcome: outcome)
    }

    private func outcome(of problem: JSONValue) -> Outcome {
        let isOurs = queue.first.map { $0.number <= uncertainThrough } ?? false
        guard isOurs, problem["code"]?.string == "digest_exists" else { return .refused(problem: problem) }
        return .alreadyThere(id: problem["id"]?.string)
    }

    /// A new connection begins, with everything that is not settled.
    mutating func connect() {
        sent = 0
        answeredOnConnection = 0
        importedOnConnection = 0
        refusedOnConnection = 0
        uncertainThrough = max(uncertainThrough, lastSent)
    }

    private static let tooLong: JSONValue = .object(
        JSONObject([
            .init("type", .string("urn:lanyard:problem:too_large")), .init("title", .string("Too large")),
            .init("status", .number(JSONNumber(413))), .init("code", .string("too_large")),
            .init("detail", .string("The line is longer than \(longestLine) bytes.")),
        ]))
}
