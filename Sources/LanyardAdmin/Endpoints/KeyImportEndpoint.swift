import AsyncAlgorithms
import Hummingbird
import LanyardCore
import LanyardHTTP
import LanyardManagement
import LanyardWire
import Logging
import NIOCore
import Synchronization

// # Import
//
// Both directions are streamed: lines are read as they come and put together to batches; each batch is one transaction,
// whose outcomes are written as soon as it lasts. Meanwhile the next batch is read, and no further one. So a million lines
// need the memory of two batches, and a client that doesn't read its answers is not read from either.
//
// A batch that the store does not take ends the import, for nobody could tell what became of the lines behind it. The
// answer has begun, so its status can't say so any more; its last line does, with the line to go on from.

extension AdminCall {
    func importKeys() async throws -> AdminAnswer {
        try requireMediaType(AdminAnswer.MediaType.ndjson)
        try management.checkImport(as: caller)
        let body = ResponseBody { writer in
            var answers = ImportAnswers(call: self)
            let incoming = ImportLines()
            do {
                try await withThrowingDiscardingTaskGroup { group in
                    group.addTask { await incoming.read(request.body) }
                    do {
                        for try await batch in incoming.batches {
                            try await answers.importBatch(batch)
                            try await writer.write(ByteBuffer(bytes: answers.flush()))
                        }
                        // A cancelled channel ends as one that has no more.
                        try Task.checkCancellation()
                        try await writer.write(ByteBuffer(bytes: answers.finish()))
                    } catch let interruption as ImportInterruption {
                        log(interruption.cause, at: .error)
                        // What is still being sent is read over by the connection, which can be used again then.
                        incoming.stop()
                        try await writer.write(ByteBuffer(bytes: answers.end(interruption)))
                    }
                    try await writer.finish(nil)
                }
            } catch {
                // The client has gone, or has fallen silent. The lines that it was answered are imported.
                log(error, at: .info)
                throw error
            }
        }
        return AdminAnswer(status: .ok, mediaType: AdminAnswer.MediaType.ndjson, body: body)
    }

    private func log(_ error: any Error, at level: Logger.Level) {
        services.logger.log(
            level: level, "an import was cut short",
            metadata: context.metadata(["reason": "\(error.loggedReason)"]))
    }
}

/// Why an import can't go on: the batch that begins with this line was not taken.
private struct ImportInterruption: Error {
    let line: Int
    let cause: any Error

    var problem: any Problem {
        switch cause {
        // The caller's own key was refused when the batch's turn came.
        case ManagementError.denied(let code): Denial(code)
        case let error as ManagementError: ManagementProblem(error)
        default: ManagementProblem.unavailable("The lines from \(line) on could not be imported.")
        }
    }
}

/// Lines that are imported together, in order.
private struct ImportBatch {
    enum Entry {
        case line(ImportLine)
        case refused(number: Int, ManagementProblem)
    }

    /// The number of the first line.
    let start: Int
    private(set) var entries: [Entry] = []
    private var bytes = 0

    init(start: Int) {
        self.start = start
    }

    var isFull: Bool { entries.count >= Management.importBatchSize }

    var lines: [ImportLine] {
        entries.compactMap { if case .line(let line) = $0 { line } else { nil } }
    }

    func hasRoom(for line: LineSplitter.Line) -> Bool {
        guard case .text(let text) = line else { return true }
        return bytes + text.count <= Management.importBatchBytes
    }

    mutating func append(_ line: LineSplitter.Line, number: Int) {
        switch line {
        case .tooLong:
            entries.append(.refused(number: number, .tooLarge(limit: KeyImportBody.maximumLineLength, of: "line")))
        case .text(let text):
            if text.isEmpty { return }
            bytes += text.count
            entries.append(Self.entry(text, number: number))
        }
    }

    private static func entry(_ text: [UInt8], number: Int) -> Entry {
        do {
            let body = try KeyImportBody.decode(try JSONParser.parse(text))
            return .line(ImportLine(number: number, digest: body.digest, draft: KeyDraft(body.key)))
        } catch let error as JSONSyntaxError {
            return .refused(number: number, .invalid(error))
        } catch let error as InvalidRequest {
            return .refused(number: number, .invalid(error))
        } catch {
            return .refused(number: number, .unavailable("The line could not be read."))
        }
    }
}

/// Puts the lines of a body together to batches, each of which waits until it is taken.
private final class ImportLines: Sendable {
    let batches = AsyncThrowingChannel<ImportBatch, any Error>()
    private let isStopped = Atomic<Bool>(false)

    /// Takes no more lines. It does not cancel who reads them: a body whose reader was cancelled can't be read over.
    func stop() {
        isStopped.store(true, ordering: .relaxed)
        batches.finish()
    }

    /// Reads until there are no more lines, nobody takes them, or the client has gone.
    func read(_ body: RequestBody) async {
        var lines = LineSplitter(longest: KeyImportBody.maximumLineLength)
        var (batch, number) = (ImportBatch(start: 1), 0)
        do {
            for try await piece in body {
                for line in lines.append(piece.readableBytesView) {
                    if isStopped.load(ordering: .relaxed) { return }
                    if !batch.hasRoom(for: line) {
                        await batches.send(batch)
                        batch = ImportBatch(start: number + 1)
                    }
                    number += 1
                    batch.append(line, number: number)
                    if batch.isFull {
                        await batches.send(batch)
                        batch = ImportBatch(start: number + 1)
                    }
                }
            }
            if let last = lines.finish() { batch.append(last, number: number + 1) }
            if !batch.entries.isEmpty { await batches.send(batch) }
            batches.finish()
        } catch {
            batches.fail(error)
        }
    }
}

/// Imports batches, and writes what became of each line, in order.
private struct ImportAnswers {
    private let call: AdminCall
    private var output: [UInt8] = []
    private var imported = 0
    private var refused = 0

    init(call: AdminCall) {
        self.call = call
    }

    mutating func flush() -> [UInt8] {
        defer { output = [] }
        return output
    }

    mutating func finish() -> [UInt8] {
        ImportLineAnswer.summary(imported: imported, refused: refused).append(to: &output)
        return flush()
    }

    /// The last line of an import that can't go on.
    mutating func end(_ interruption: ImportInterruption) -> [UInt8] {
        ImportLineAnswer.interrupted(resumeFrom: interruption.line) { interruption.problem.write(to: &$0) }
            .append(to: &output)
        return flush()
    }

    mutating func importBatch(_ batch: ImportBatch) async throws {
        var outcomes: ArraySlice<ImportOutcome>
        do {
            outcomes = try await call.management.importBatch(batch.lines, as: call.caller)[...]
        } catch {
            throw ImportInterruption(line: batch.start, cause: error)
        }
        for entry in batch.entries {
            switch entry {
            case .refused(let number, let problem): refuse(number, problem)
            case .line(let line):
                // One outcome for each line, in their order.
                guard let outcome = outcomes.popFirst() else { continue }
                switch outcome.result {
                case .imported(let id):
                    imported += 1
                    ImportLineAnswer.imported(line: line.number, id).append(to: &output)
                case .digestExists(let id): refuse(line.number, .digestExists(id: id?.description))
                case .refused(let error): refuse(line.number, ManagementProblem(error))
                }
            }
        }
    }

    private mutating func refuse(_ number: Int, _ problem: ManagementProblem) {
        refused += 1
        ImportLineAnswer.refused(line: number) { problem.write(to: &$0) }.append(to: &output)
    }
}
