import Foundation
import TestSupport

#if canImport(Darwin)
    private let streamSocket = SOCK_STREAM
#else
    private let streamSocket = Int32(SOCK_STREAM.rawValue)
#endif

/// A connection that asks one thing over and over, as fast as it is answered, and notes when: on a thread of its own, with
/// blocking calls, so that no scheduler stands between the clock and the socket.
struct LoadConnection: ~Copyable {
    private let descriptor: Int32
    private let request: [UInt8]
    private var buffer: [UInt8] = []

    /// What came of a question.
    enum Outcome {
        case answered(status: Int, sent: Int64, answered: Int64)
        /// The server has closed without a byte of an answer: it has not taken the question.
        case closed
        /// The connection ended within an answer.
        case cut
    }

    struct ConnectFailed: Error { let code: Int32 }

    /// - Parameter address: `host:port`, the host an IPv4 address.
    init(to address: String, asking request: String) throws {
        let parts = address.split(separator: ":")
        var socketAddress = sockaddr_in()
        socketAddress.sin_family = sa_family_t(AF_INET)
        socketAddress.sin_port = (UInt16(parts.last ?? "") ?? 0).bigEndian
        socketAddress.sin_addr.s_addr = inet_addr(String(parts.first ?? ""))
        descriptor = socket(AF_INET, streamSocket, 0)
        self.request = Array(request.utf8)
        let code = withUnsafePointer(to: socketAddress) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { [descriptor] in
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard code == 0 else {
            let failure = ConnectFailed(code: errno)
            close(descriptor)
            throw failure
        }
        var patience = timeval()
        patience.tv_sec = Int(TestRun.seconds(60))
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(descriptor) }

    /// A request for `/v1/authorize` with this secret.
    static func authorize(_ secret: String) -> String {
        "GET /v1/authorize HTTP/1.1\r\nHost: lanyard\r\nAuthorization: Bearer \(secret)\r\n\r\n"
    }

    /// The monotonic clock, in nanoseconds.
    static var now: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    /// Sends the request and waits for its answer.
    mutating func ask() -> Outcome {
        let sent = Self.now
        guard write() else { return .closed }
        while true {
            if let (status, length) = parse() {
                let answered = Self.now
                buffer.removeFirst(length)
                return .answered(status: status, sent: sent, answered: answered)
            }
            guard receive() else { return buffer.isEmpty ? .closed : .cut }
        }
    }

    /// Sends the request so many times, and waits for no answer.
    func pipeline(_ count: Int) -> Bool { (0..<count).allSatisfy { _ in write() } }

    /// The status of the next answer to what was pipelined; `nil` where the connection ends before.
    mutating func nextStatus() -> Int? {
        while true {
            if let (status, length) = parse() {
                buffer.removeFirst(length)
                return status
            }
            guard receive() else { return nil }
        }
    }

    /// Sends some bytes as they are, and no more.
    func sendRaw(_ text: String) {
        let bytes = Array(text.utf8)
        _ = send(descriptor, bytes, bytes.count, Int32(Self.noSignal))
    }

    /// Waits until the server has closed; when that was.
    func waitForEnd() -> Int64 {
        var bytes = [UInt8](repeating: 0, count: 4096)
        while recv(descriptor, &bytes, bytes.count, 0) > 0 {}
        return Self.now
    }

    #if canImport(Darwin)
        private static let noSignal = 0
    #else
        private static let noSignal = MSG_NOSIGNAL
    #endif

    private func write() -> Bool {
        var rest = request[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(Self.noSignal)) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR {
                return false
            }
        }
        return true
    }

    private mutating func receive() -> Bool {
        var bytes = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = recv(descriptor, &bytes, bytes.count, 0)
            if count > 0 {
                buffer += bytes[..<count]
                return true
            }
            guard count < 0, errno == EINTR else { return false }
        }
    }

    /// Status and length of the answer at the head of the buffer, once it is whole.
    private func parse() -> (status: Int, length: Int)? {
        let separator = [UInt8]("\r\n\r\n".utf8)
        guard let end = buffer.firstRange(of: separator)?.upperBound else { return nil }
        let head = String(decoding: buffer[..<end], as: UTF8.self).lowercased()
        guard let status = head.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else { return nil }
        let length = head.split(separator: "\r\n").first { $0.hasPrefix("content-length:") }
            .flatMap { Int($0.dropFirst("content-length:".count).drop { $0 == " " }) }
        let whole = end + (length ?? 0)
        return buffer.count >= whole ? (status, whole) : nil
    }
}

/// Runs `body` on `count` threads of their own, and collects what they return.
func onThreads<Result: Sendable>(_ count: Int, _ body: @escaping @Sendable (Int) -> Result) async -> [Result] {
    await withTaskGroup(of: Result.self) { group in
        for index in 0..<count {
            group.addTask {
                await withCheckedContinuation { done in
                    Thread.detachNewThread { done.resume(returning: body(index)) }
                }
            }
        }
        return await group.reduce(into: []) { $0.append($1) }
    }
}
