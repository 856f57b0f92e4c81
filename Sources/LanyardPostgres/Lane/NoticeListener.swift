import Foundation
import LanyardStorage
import Synchronization

// # Notices
//
// One connection of its own listens, from the first time that somebody wants to hear. A notice that is sent while it is
// not connected is lost; so whenever it has connected it says that there may be something new, and whoever hears it looks.

/// Listens to what other nodes tell, and passes it on to everybody who wants to hear.
final class NoticeListener: Sendable {
    private struct State {
        var streams: [Int: AsyncStream<StoreNotice>.Continuation] = [:]
        var lastStream = 0
        var isListening = false
        var isClosed = false
        var handle: ConnectionHandle?
    }

    private let connector: Connector
    private let watch: ConnectionWatch
    private let state = Mutex(State())
    private let closing = DispatchSemaphore(value: 0)

    /// Notices that wait to be heard; of more the oldest are lost, as notices may be.
    private static let mostWaiting = 256
    /// After so long without a notice the server is asked whether it is there still.
    private static let longestSilence = Duration.seconds(5)

    init(connector: Connector, watch: ConnectionWatch) {
        self.connector = connector
        self.watch = watch
    }

    /// What is told from now on.
    func notices() -> AsyncStream<StoreNotice> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: StoreNotice.self, bufferingPolicy: .bufferingNewest(Self.mostWaiting))
        state.withLock { state in
            guard !state.isClosed else { return continuation.finish() }
            state.lastStream += 1
            let number = state.lastStream
            state.streams[number] = continuation
            continuation.onTermination = { [weak self] _ in
                self?.state.withLock { $0.streams[number] = nil }
            }
            guard !state.isListening else {
                // The listener may have connected before this stream was there.
                continuation.yield(.changed(nil))
                return
            }
            state.isListening = true
            let thread = Thread { [self] in listen() }
            thread.name = "lanyard-notices"
            thread.start()
        }
        return stream
    }

    /// Tells everybody that there may be something new.
    func tellOfLostNotices() {
        tell([.changed(nil), .confirmed])
    }

    /// Ends all streams.
    func close() {
        let (streams, handle) = state.withLock { state in
            state.isClosed = true
            defer { state.streams = [:] }
            return (Array(state.streams.values), state.handle)
        }
        closing.signal()
        handle?.cut()
        for stream in streams { stream.finish() }
    }

    private func tell(_ notices: [StoreNotice]) {
        let streams = state.withLock { Array($0.streams.values) }
        for stream in streams {
            for notice in notices { stream.yield(notice) }
        }
    }
}

// MARK: - Its thread

extension NoticeListener {
    private var isClosed: Bool { state.withLock { $0.isClosed } }

    private func listen() {
        var backoff = Backoff()
        while !isClosed {
            do {
                let connection = try connector.connect()
                watch.connected()
                state.withLock { $0.handle = connection.handle }
                defer { state.withLock { $0.handle = nil } }
                let channels = NoticeChannel.allCases.map { "LISTEN \($0.rawValue)" }
                try connection.run(channels.joined(separator: "; "))
                backoff.reset()
                tellOfLostNotices()
                while !isClosed { try passOn(connection) }
            } catch {
                if isClosed { return }
                watch.failed(StoreError.from(error, while: "listening"))
                if closing.wait(timeout: (Moment.now + backoff.next()).dispatchTime) == .success { return }
            }
        }
    }

    private func passOn(_ connection: PostgresConnection) throws {
        let found = try connection.notices(within: Self.longestSilence)
        if found.isEmpty { try connection.run("SELECT 1") }
        var newest: Int64?
        var others: [StoreNotice] = []
        for (channel, text) in found {
            switch NoticeChannel(rawValue: channel)?.notice(text) {
            case .changed(let epoch)?: newest = max(newest ?? 0, epoch ?? 0)
            case .finishing(let node)?: if !others.contains(.finishing(node)) { others.append(.finishing(node)) }
            case .confirmed?: if !others.contains(.confirmed) { others.append(.confirmed) }
            case .recalled(let quota)?: others.append(.recalled(quota))
            case nil: break
            }
        }
        tell((newest.map { [StoreNotice.changed($0)] } ?? []) + others)
    }
}
