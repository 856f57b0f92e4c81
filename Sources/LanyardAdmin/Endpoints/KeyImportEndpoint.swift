import Hummingbird
import LanyardCore
import LanyardHTTP
import LanyardManagement
import LanyardWire
import Logging
import NIOCore

// # Import
//
// Both directions are streamed: lines are read as they come and put together to batches; each batch is one transaction,
// whose outcomes are written before more is read. So a million lines need the memory of one batch, and a client that
// doesn't read its answers is not read from either.
//
// A batch that the store does not take ends the import, for nobody could tell what became of the lines behind it. The
// answer has begun, so its status can't say so any more; its last line does, with the line to go on from.

extension AdminCall {
    func importKeys() async throws -> AdminAnswer {
        try requireMediaType(AdminAnswer.MediaType.ndjson)
        try management.checkImport(as: caller)
        let body = ResponseBody { writer in
            var lines = LineSplitter(longest: KeyImportBody.maximumLineLength)
            var answers = ImportAnswers(call: self)
            do {
                for try await piece in request.body {
                    for line in lines.append(piece.readableBytesView) {
                        try await answers.take(line)
                        if answers.isFull { try await writer.write(ByteBuffer(bytes: answers.flush())) }
                    }
                }
                if let last = lines.finish() { try await answers.take(last) }
                try await writer.write(ByteBuffer(bytes: answers.finish()))
                try await writer.finish(nil)
            } catch let interruption as ImportInterruption {
                log(interruption.cause, at: .error)
                try await writer.write(ByteBuffer(bytes: answers.end(interruption)))
                try await writer.finish(nil)
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

/// Collects lines to batches, imports them, and writes what became of each, in order.
private struct ImportAnswers {
    private enum Pending {
        case line(ImportLine)
        case refused(number: Int, ManagementProblem)

        var number: Int {
            switch self {
            case .line(let line): line.number
            case .refused(let number, _): number
            }
        }
    }

    private let call: AdminCall
    private var number = 0
    private var pending: [Pending] = []
    private var pendingBytes = 0
    private var output: [UInt8] = []
    private var imported = 0
    private var refused = 0

    init(call: AdminCall) {
        self.call = call
    }

    var isFull: Bool { output.count > 32_768 }

    mutating func flush() -> [UInt8] {
        defer { output = [] }
        return output
    }

    mutating func take(_ line: LineSplitter.Line) async throws {
        number += 1
        switch line {
        case .tooLong:
            pending.append(.refused(number: number, .tooLarge(limit: KeyImportBody.maximumLineLength, of: "line")))
        case .text(let bytes):
            if bytes.isEmpty { return }
            if pendingBytes + bytes.count > Management.importBatchBytes { try await importPending() }
            pendingBytes += bytes.count
            pending.append(read(bytes))
        }
        if pending.count >= Management.importBatchSize { try await importPending() }
    }

    mutating func finish() async throws -> [UInt8] {
        try await importPending()
        ImportLineAnswer.summary(imported: imported, refused: refused).append(to: &output)
        return flush()
    }

    /// The last line of an import that can't go on.
    mutating func end(_ interruption: ImportInterruption) -> [UInt8] {
        ImportLineAnswer.interrupted(resumeFrom: interruption.line) { interruption.problem.write(to: &$0) }
            .append(to: &output)
        return flush()
    }

    private func read(_ bytes: [UInt8]) -> Pending {
        do {
            let body = try KeyImportBody.decode(try JSONParser.parse(bytes))
            return .line(ImportLine(number: number, digest: body.digest, draft: KeyDraft(body.key)))
        } catch let error as JSONSyntaxError {
            return .refused(number: number, .invalid(error))
        } catch let error as InvalidRequest {
            return .refused(number: number, .invalid(error))
        } catch {
            return .refused(number: number, .unavailable("The line could not be read."))
        }
    }

    private mutating func importPending() async throws {
        let lines = pending.compactMap { if case .line(let line) = $0 { line } else { nil } }
        var outcomes: ArraySlice<ImportOutcome>
        do {
            outcomes = try await call.management.importBatch(lines, as: call.caller)[...]
        } catch {
            throw ImportInterruption(line: pending.first?.number ?? number + 1, cause: error)
        }
        for entry in pending {
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
        pending.removeAll(keepingCapacity: true)
        pendingBytes = 0
    }

    private mutating func refuse(_ number: Int, _ problem: ManagementProblem) {
        refused += 1
        ImportLineAnswer.refused(line: number) { problem.write(to: &$0) }.append(to: &output)
    }
}
