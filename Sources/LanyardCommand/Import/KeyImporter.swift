import AsyncHTTPClient
import LanyardWire
import NIOCore
import NIOHTTP1

/// Imports keys over as many connections as it takes.
///
/// The request's body and the answer are streamed at the same time. Where the connection fails, or the server falls
/// silent though it owes an answer, a new one goes on with what is not settled, unless several in a row have got
/// nowhere.
struct KeyImporter: Sendable {
    /// More than an answer to one line needs.
    private static let longestAnswer = 1 << 20

    let client: APIClient
    let courier: ImportCourier
    let display: ImportDisplay

    func run() async throws(CommandFailure) {
        var failures = 0
        while true {
            let before = await courier.status.progress.lines
            let failure: CommandFailure
            do {
                try await connection()
                return
            } catch {
                failure = error
            }
            // The input's own failure is why the body ended, whatever the connection says.
            if let inputFailure = await courier.failure { throw inputFailure }
            if await courier.status.progress.lines > before { failures = 0 }
            failures += 1
            guard failure.mayImportGoOn, let wait = Backoff.importing.wait(after: failures) else { throw failure }
            display.interrupted(failure)
            try await client.pause(wait)
        }
    }

    /// One connection beside a watch that draws, saves and notices silence; whichever ends first ends both.
    private func connection() async throws(CommandFailure) {
        let number = await courier.connect()
        do {
            try await withThrowingTaskGroup { group in
                group.addTask { try await exchange(number) }
                group.addTask { try await watch() }
                defer { group.cancelAll() }
                try await group.next()
            }
        } catch {
            throw client.failure(of: error)
        }
    }

    private func watch() async throws {
        var lastSave = ContinuousClock.now
        while true {
            try await Task.sleep(for: display.interval)
            display.draw(await courier.status)
            if .now - lastSave >= .seconds(1) {
                try await courier.save()
                lastSave = .now
            }
            if await courier.silence > client.configuration.timeout {
                throw CommandFailure.timedOut(client.endpoint, after: client.configuration.timeout)
            }
        }
    }

    private func exchange(_ connection: Int) async throws {
        var message = client.message(
            APIRequest(
                method: .POST, path: KeyResource.path + ["import"], accept: "application/x-ndjson", isRepeatable: false)
        )
        message.headers.add(name: "Content-Type", value: "application/x-ndjson")
        message.body = .stream(ImportBody(courier: courier, connection: connection), length: .unknown)
        let response = try await client.stream(message, timeout: nil)
        var splitter = LineSplitter(longest: Self.longestAnswer)
        var hasSummary = false
        for try await piece in response.body {
            let answers = try splitter.feed(Array(buffer: piece)).filter { !$0.isBlank }.map(answer)
            hasSummary = hasSummary || answers.contains(where: \.isSummary)
            if let mismatch = try await courier.settle(answers) { throw unexpected(mismatch.detail) }
            if let problem = answers.lazy.compactMap(\.interruption).first { throw CommandFailure.problem(problem) }
        }
        // Without its summary an answer was cut short, unless nothing is left that could be answered.
        let isDone = await courier.isDone
        guard isDone else {
            throw hasSummary
                ? unexpected("with a summary before the end") : CommandFailure.connectionLost(client.endpoint)
        }
    }

    private func answer(_ line: LineSplitter.Line) throws(CommandFailure) -> ImportAnswer {
        guard !line.isTooLong, let answer = ImportAnswer(line.bytes) else {
            throw unexpected("with a line that is no answer to an import")
        }
        return answer
    }

    private func unexpected(_ detail: String) -> CommandFailure {
        .unexpectedAnswer(client.endpoint, status: 200, detail: detail)
    }
}

/// The body of a request, as the courier brings it.
private struct ImportBody: AsyncSequence, Sendable {
    let courier: ImportCourier
    let connection: Int

    struct Iterator: AsyncIteratorProtocol {
        let body: ImportBody

        mutating func next() async throws -> ByteBuffer? {
            try await body.courier.nextBytes(for: body.connection)
        }
    }

    func makeAsyncIterator() -> Iterator { Iterator(body: self) }
}

extension ImportAnswer {
    fileprivate var isSummary: Bool {
        switch self {
        case .summary: true
        case .imported, .refused, .interrupted: false
        }
    }

    /// Why the server could not go on.
    fileprivate var interruption: Problem? {
        switch self {
        case .interrupted(let problem): Problem(problem)
        case .imported, .refused, .summary: nil
        }
    }
}

extension CommandFailure {
    /// Whether a new connection may get further.
    fileprivate var mayImportGoOn: Bool {
        if case .problem(let problem) = self { return problem.code == "unavailable" }
        return isOfConnection
    }
}
