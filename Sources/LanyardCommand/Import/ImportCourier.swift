import LanyardWire
import NIOCore

/// Carries lines from the input to the connection, and the answers to whoever wants to know.
///
/// It owns everything that an import changes: the ledger, the input's position, the report and the state file. A
/// connection asks it for bytes and gets none while the ledger is full, which holds up the request's body and with it
/// the reading.
actor ImportCourier {
    /// How much is read and sent at once.
    static let readSize = 256 << 10
    private static let sendSize = 64 << 10
    /// How many refused lines are shown to the person.
    static let mostShown = 20

    /// How things stand, for the display.
    struct Status: Sendable {
        var progress: ImportProgress
        let size: UInt64?
    }

    private var ledger: ImportLedger
    private var splitter: LineSplitter
    private let input: ImportInput
    private let report: RefusalReport?
    private let state: ImportStateFile?
    /// Where every outcome is written as JSON, for `--json`.
    private let outcomes: (any TextSink)?

    private var isInputAtEnd = false
    private var inputFailure: CommandFailure?
    private var reading: Task<Void, Never>?
    private var connection = 0
    private var waiter: CheckedContinuation<Void, Never>?
    private var lastMove = ContinuousClock.now
    private(set) var shown: [String] = []

    init(
        input: ImportInput, resuming progress: ImportProgress?, report: RefusalReport?, state: ImportStateFile?,
        outcomes: (any TextSink)?
    ) {
        ledger = ImportLedger(resuming: progress)
        splitter = LineSplitter(longest: ImportLedger.longestLine, offset: input.offset)
        self.input = input
        self.report = report
        self.state = state
        self.outcomes = outcomes
    }

    var status: Status { Status(progress: ledger.progress, size: input.size) }
    /// Whether nothing is left to be sent or answered.
    var isDone: Bool { isInputAtEnd && ledger.isSettled }
    /// Why the input can't be read further.
    var failure: CommandFailure? { inputFailure }

    /// How long nothing has moved though the server owes an answer. While we wait for the input, the server may be
    /// waiting for more lines before it answers, so that doesn't count.
    var silence: Duration { ledger.awaitsAnswer && reading == nil ? .now - lastMove : .zero }

    // MARK: To the server

    /// Begins a connection. What an earlier one still asks for, it doesn't get.
    func connect() -> Int {
        connection += 1
        ledger.connect()
        wake()
        return connection
    }

    /// The next bytes for a connection; nil at the end, and for a connection that is no longer the newest.
    func nextBytes(for connection: Int) async throws(CommandFailure) -> ByteBuffer? {
        while connection == self.connection {
            if let inputFailure { throw inputFailure }
            if let bytes = ledger.nextBytes(most: Self.sendSize) {
                lastMove = .now
                return ByteBuffer(bytes: bytes)
            }
            if isInputAtEnd { return nil }
            if ledger.hasRoom {
                await fill()
                try write(ledger.settleRefusedHere())
            } else {
                await withCheckedContinuation { waiter = $0 }
            }
        }
        return nil
    }

    /// Reads on. Two connections that ask at once wait for one reading, so that no bytes change places.
    private func fill() async {
        let task = reading ?? Task { await readOn() }
        reading = task
        await task.value
    }

    private func readOn() async {
        do {
            let bytes = try await input.source.read(upTo: Self.readSize)
            if bytes.isEmpty {
                isInputAtEnd = true
                if let line = splitter.finish() { ledger.take(line) }
            } else {
                for line in splitter.feed(bytes) { ledger.take(line) }
            }
        } catch {
            inputFailure = error
        }
        reading = nil
        lastMove = .now
    }

    private func wake() {
        waiter?.resume()
        waiter = nil
    }

    // MARK: From the server

    /// Settles lines by the server's answers to them.
    func settle(_ answers: [ImportAnswer]) throws(CommandFailure) -> ImportLedger.Mismatch? {
        lastMove = .now
        var settled: [ImportLedger.Settled] = []
        var mismatch: ImportLedger.Mismatch?
        do {
            for answer in answers { settled += try ledger.settle(answer) }
        } catch {
            mismatch = error
        }
        // What was settled before the mismatch has happened all the same.
        try write(settled)
        if ledger.hasRoom { wake() }
        return mismatch
    }

    private func write(_ settled: [ImportLedger.Settled]) throws(CommandFailure) {
        var refusals: [UInt8] = []
        var lines: [UInt8] = []
        for line in settled {
            let json = line.json
            if outcomes != nil { lines += json.bytes() + [UInt8(ascii: "\n")] }
            guard case .refused(let problem) = line.outcome else { continue }
            if report != nil { refusals += json.bytes() + [UInt8(ascii: "\n")] }
            if shown.count < Self.mostShown {
                let reason = Problem(problem)?.summary ?? TextWidth.printable(problem.shown)
                shown.append("line \(line.line): \(reason)")
            }
        }
        if !refusals.isEmpty { try report?.write(refusals) }
        if !lines.isEmpty { try outcomes?.write(lines) }
    }

    // MARK: On the disk

    /// Keeps the progress, if there is any. The report is written before, so that a line counted as refused is in it.
    func save() throws(CommandFailure) {
        guard ledger.progress.lines > 0 else { return }
        try state?.save(ledger.progress)
    }

    /// Nothing is left to be resumed.
    func forget() {
        state?.remove()
    }
}

extension ImportLedger.Settled {
    /// As the server would have answered, but with the line's number in the file.
    var json: JSONValue {
        let number = JSONObject.Member("line", .number(JSONNumber(line)))
        switch outcome {
        case .imported(let id): return .object(JSONObject([number, .init("id", .string(id))]))
        case .alreadyThere(let id):
            return .object(
                JSONObject(
                    [number] + (id.map { [.init("id", .string($0))] } ?? []) + [.init("already_there", .bool(true))]))
        case .refused(let problem): return .object(JSONObject([number, .init("problem", problem)]))
        }
    }
}
