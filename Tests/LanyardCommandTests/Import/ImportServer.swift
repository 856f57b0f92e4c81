import Hummingbird
import LanyardWire
import NIOCore
import Synchronization

@testable import LanyardCommand

/// Answers imports as the contract has it: line for line, in order, a summary at the end.
final class ImportServer: Sendable {
    private struct State {
        /// The lines of each request.
        var requests: [[String]] = []
        var digests: Set<String> = []
    }

    private let state = Mutex(State())
    /// Breaks request number `n` (from 1) off after so many answers.
    private let cuts: [Int: Int]
    /// How many lines it imports beyond the last answer before it breaks off.
    private let importsUnanswered: Int
    /// How many lines it takes together.
    private let batch: Int

    /// Whether it ends its answers early instead of breaking the connection off, which can swallow what was written just
    /// before.
    private let cutsGently: Bool

    /// What it writes as the last line where it ends its answers early.
    private let lastWords: String?

    init(
        cuts: [Int: Int] = [:], cutsGently: Bool = false, lastWords: String? = nil, importsUnanswered: Int = 0,
        batch: Int = 1
    ) {
        self.cuts = cuts
        self.lastWords = lastWords
        self.cutsGently = cutsGently
        self.importsUnanswered = importsUnanswered
        self.batch = batch
    }

    /// What each request held.
    var requests: [[String]] { state.withLock(\.requests) }
    var digests: Set<String> { state.withLock(\.digests) }

    func answer(_ body: Hummingbird.RequestBody, _ writer: inout any ResponseBodyWriter) async throws {
        let number = state.withLock { state in
            state.requests.append([])
            return state.requests.count
        }
        var splitter = LineSplitter(longest: 1 << 20)
        var count = 0
        var imported = 0
        var pending = ""
        for try await piece in body {
            for line in splitter.feed(Array(buffer: piece)) {
                let text = String(decoding: line.bytes, as: UTF8.self)
                state.withLock { $0.requests[number - 1].append(text) }
                let answer = take(text, number: count + 1)
                if let cut = cuts[number], count >= cut {
                    // Imported, and the answer is lost with the connection.
                    count += 1
                    if count >= cut + importsUnanswered {
                        if !pending.isEmpty { try await writer.write(ByteBuffer(string: pending)) }
                        if let lastWords { try await writer.write(ByteBuffer(string: lastWords + "\n")) }
                        if cutsGently { return }
                        throw FakeServer.Cut()
                    }
                    continue
                }
                count += 1
                if answer.isImported { imported += 1 }
                pending += answer.text + "\n"
                if count.isMultiple(of: batch) {
                    try await writer.write(ByteBuffer(string: pending))
                    pending = ""
                }
            }
        }
        let summary = #"{"summary":{"imported":\#(imported),"refused":\#(count - imported)}}"#
        try await writer.write(ByteBuffer(string: pending + summary + "\n"))
    }

    /// Lines named `bad…` are refused, digests that exist too.
    private func take(_ line: String, number: Int) -> (text: String, isImported: Bool) {
        guard !line.hasPrefix("bad") else {
            return (
                #"{"line":\#(number),"problem":{"title":"Invalid","status":400,"code":"invalid_request","detail":"No."}}"#,
                false
            )
        }
        let isNew = state.withLock { $0.digests.insert(line).inserted }
        guard isNew else {
            return (
                """
                {"line":\(number),"problem":{"title":"Digest exists","status":409,"code":"digest_exists",\
                "detail":"A key with this digest exists.","id":"key_\(line)"}}
                """, false
            )
        }
        return (#"{"line":\#(number),"id":"key_\#(line)"}"#, true)
    }
}
