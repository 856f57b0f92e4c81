#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// A client that sends exactly the bytes that a test names, and keeps all that comes back.
final class RawConnection: Sendable {
    private let channel: any Channel
    private let inbox: Inbox

    private final class Inbox: ChannelInboundHandler, Sendable {
        typealias InboundIn = ByteBuffer
        let content = Mutex<Content>(Content())

        struct Content {
            var bytes: [UInt8] = []
            var isClosed = false

            func begins(_ text: StaticString, at index: Int) -> Bool {
                guard index + text.utf8CodeUnitCount <= bytes.count else { return false }
                return (0..<text.utf8CodeUnitCount).allSatisfy { bytes[index + $0] == text.utf8Start[$0] }
            }
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let bytes = Array(unwrapInboundIn(data).readableBytesView)
            change { $0.bytes += bytes }
        }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if case .inputClosed? = event as? ChannelEvent { change { $0.isClosed = true } }
        }

        func channelInactive(context: ChannelHandlerContext) {
            change { $0.isClosed = true }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }

        private func change(_ body: (inout Content) -> Void) {
            content.withLock { body(&$0) }
        }
    }

    private init(channel: any Channel, inbox: Inbox) {
        self.channel = channel
        self.inbox = inbox
    }

    static func open(_ address: SocketAddress, tls: NIOSSLContext? = nil) async throws -> RawConnection {
        let inbox = Inbox()
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls {
                        let handler = try NIOSSLClientHandler(context: tls, serverHostname: "localhost")
                        try channel.pipeline.syncOperations.addHandler(handler)
                    }
                    try channel.pipeline.syncOperations.addHandler(inbox)
                }
            }
            .connect(to: address).get()
        return RawConnection(channel: channel, inbox: inbox)
    }

    func send(_ text: String) async throws {
        try await channel.writeAndFlush(ByteBuffer(string: text)).get()
    }

    func send(_ bytes: some Sequence<UInt8>) async throws {
        try await channel.writeAndFlush(ByteBuffer(bytes: bytes)).get()
    }

    func closeOutput() async throws {
        try await channel.close(mode: .output).get()
    }

    func close() async throws {
        try? await channel.close()
    }

    /// Goes away without a word: the other side's kernel learns it by a reset. A mere close would look like the end of
    /// the client's side alone.
    func reset() async throws {
        try await (channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
        try? await channel.close()
    }

    /// All that has come until now.
    var received: String { inbox.content.withLock { String(decoding: $0.bytes, as: UTF8.self) } }

    /// Waits until the other side has closed; returns all that had come.
    func untilClosed() async -> String {
        while !inbox.content.withLock({ $0.isClosed }) { await pause() }
        return received
    }

    /// Waits until what has come looks as `isEnough` says, or the other side has closed.
    func untilBytes(where isEnough: (String) -> Bool) async -> String {
        while !isEnough(received), !inbox.content.withLock({ $0.isClosed }) { await pause() }
        return received
    }

    /// Waits until so many answers have begun; cheaper than to parse them again and again.
    func answerCount(atLeast count: Int) async -> Int {
        while true {
            let (found, isClosed) = inbox.content.withLock { content in
                (content.bytes.indices.count { content.begins("HTTP/1.1 ", at: $0) }, content.isClosed)
            }
            if found >= count || isClosed { return found }
            try? await Task.sleep(for: .milliseconds(50))
        }
    }

    func pauseReading() async throws {
        try await channel.setOption(.autoRead, value: false).get()
    }

    func resumeReading() async throws {
        try await channel.setOption(.autoRead, value: true).get()
    }

    /// Waits until so many answers are complete, each with its body by `Content-Length`.
    func answers(_ count: Int, omittingBodies: Bool = false) async -> [RawAnswer] {
        while true {
            let (bytes, isClosed) = inbox.content.withLock { ($0.bytes, $0.isClosed) }
            let answers = RawAnswer.parse(bytes, omittingBodies: omittingBodies)
            if answers.count >= count || isClosed { return answers }
            await pause()
        }
    }

    func answer() async -> RawAnswer? { await answers(1).first }

    private func pause() async {
        try? await Task.sleep(for: .milliseconds(3))
    }
}

/// One answer, as its bytes say.
struct RawAnswer {
    var status: Int
    var fields: [(name: String, value: String)]
    var body: String

    subscript(_ name: String) -> String? {
        fields.first { $0.name.lowercased() == name.lowercased() }?.value
    }

    /// The answers that have come whole, interim ones included.
    static func parse(_ bytes: [UInt8], omittingBodies: Bool = false) -> [RawAnswer] {
        var answers: [RawAnswer] = []
        var rest = bytes[...]
        while let end = rest.firstIndex(of: [13, 10, 13, 10]) {
            let lines = String(decoding: rest[..<end], as: UTF8.self).split(separator: "\r\n")
            guard let first = lines.first, let status = Int(first.split(separator: " ")[1]) else { return answers }
            let fields = lines.dropFirst().map { line in
                let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
                return (String(parts[0]), parts.count > 1 ? String(parts[1].drop { $0 == " " }) : "")
            }
            var answer = RawAnswer(status: status, fields: fields, body: "")
            let length = omittingBodies ? 0 : Int(answer["Content-Length"] ?? "0") ?? 0
            rest = rest[(end + 4)...]
            guard rest.count >= length else { return answers }
            answer.body = String(decoding: rest.prefix(length), as: UTF8.self)
            rest = rest.dropFirst(length)
            answers.append(answer)
        }
        return answers
    }
}

extension ArraySlice<UInt8> {
    fileprivate func firstIndex(of needle: [UInt8]) -> Int? {
        guard count >= needle.count else { return nil }
        return (startIndex...(endIndex - needle.count)).first {
            self[$0] == needle[0] && self[$0..<($0 + needle.count)].elementsEqual(needle)
        }
    }
}
