import Foundation
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

// # A proxy before PostgreSQL
//
// It stands between a store and its server, forwards what either says, and asks a rule of the test's what to do with each
// piece: so a reply is lost just after a COMMIT, or a connection before it.

/// Forwards connections to a server, as a test's rule says.
package final class PostgresProxy: Sendable {
    /// What is done with a piece of what a client says.
    package enum Action: Sendable {
        case forward
        /// The server never sees it: the connection ends before.
        case cut
        /// The server sees it, and the client never sees the answer.
        case cutAfterwards
        /// The server sees it; what it says on this connection from then on is held back.
        case hold(PostgresHold)
    }

    /// Judges what a client says; called on the connection's own thread, where waiting is allowed.
    package typealias Rule = @Sendable (_ said: [UInt8]) -> Action

    package let port: Int
    private let target: Int
    private let listener: Int32
    private let rule: Mutex<Rule>
    private let open = Mutex<Set<Int32>>([])
    private let isClosed = Atomic<Bool>(false)

    /// Listens on a port of its own.
    package init(to target: Int, rule: @escaping Rule = { _ in .forward }) throws {
        self.target = target
        self.rule = Mutex(rule)
        (listener, port) = try Self.listen()
        Thread.detachNewThread { [weak self, listener] in
            while true {
                let client = accept(listener, nil, nil)
                guard client >= 0, let self, !self.isClosed.load(ordering: .acquiring) else {
                    if client >= 0 { close(client) }
                    return
                }
                self.serve(client)
            }
        }
    }

    /// From now on what clients say is judged by this rule.
    package func setRule(_ rule: @escaping Rule) {
        self.rule.withLock { $0 = rule }
    }

    /// Ends every connection; new ones are served.
    package func cutAll() {
        open.withLock { for descriptor in $0 { shutdown(descriptor, Int32(SHUT_RDWR)) } }
    }

    /// Ends every connection and serves no more.
    package func end() {
        guard !isClosed.exchange(true, ordering: .acquiringAndReleasing) else { return }
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
        cutAll()
    }

    /// Whether a piece of what a client says is a simple query that ends with a COMMIT.
    package static func commits(_ said: [UInt8]) -> Bool {
        let end = Array("COMMIT\0".utf8)
        return said.count >= end.count && said.suffix(end.count).elementsEqual(end)
    }
}

extension PostgresProxy {
    private static func stream() throws -> Int32 {
        #if canImport(Darwin)
            let descriptor = socket(AF_INET, SOCK_STREAM, 0)
        #else
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #endif
        guard descriptor >= 0 else { throw POSIXError(.EMFILE) }
        return descriptor
    }

    private static func withAddress<Result>(
        _ port: Int, _ body: (UnsafeMutablePointer<sockaddr>, inout socklen_t) -> Result
    ) -> Result {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port)).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        return withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, &length) }
        }
    }

    private static func listen() throws -> (Int32, Int) {
        let descriptor = try stream()
        var port = 0
        let isListening = withAddress(0) { address, length in
            guard bind(descriptor, address, length) == 0 else { return false }
            #if canImport(Darwin)
                let isListening = Darwin.listen(descriptor, 128) == 0
            #else
                let isListening = Glibc.listen(descriptor, 128) == 0
            #endif
            guard isListening, getsockname(descriptor, address, &length) == 0 else { return false }
            port = address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                Int(UInt16(bigEndian: $0.pointee.sin_port))
            }
            return true
        }
        guard isListening else { throw POSIXError(.EADDRNOTAVAIL) }
        return (descriptor, port)
    }

    private func serve(_ client: Int32) {
        guard let server = try? Self.stream(),
            Self.withAddress(target, { address, length in connect(server, address, length) }) == 0
        else {
            close(client)
            return
        }
        for descriptor in [client, server] {
            var one: Int32 = 1
            setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
        }
        open.withLock { $0.formUnion([client, server]) }
        let pair = Pair()
        Thread.detachNewThread { [self] in
            pump(from: client, to: server) { said in
                let action = rule.withLock({ $0 })(said)
                if case .hold(let hold) = action { pair.hold.withLock { $0 = hold } }
                return action
            }
            finish(pair, client, server)
        }
        Thread.detachNewThread { [self] in
            pump(from: server, to: client) { _ in
                pair.hold.withLock({ $0 })?.pass()
                return .forward
            }
            finish(pair, client, server)
        }
    }

    /// What the two threads of a connection share.
    private final class Pair: Sendable {
        /// Counts those that have ended, so that the last one closes the connection.
        let ended = Atomic<Int>(0)
        /// What holds back the server's answers.
        let hold = Mutex<PostgresHold?>(nil)
    }

    private func finish(_ pair: Pair, _ client: Int32, _ server: Int32) {
        shutdown(client, Int32(SHUT_RDWR))
        shutdown(server, Int32(SHUT_RDWR))
        guard pair.ended.add(1, ordering: .acquiringAndReleasing).newValue == 2 else { return }
        open.withLock { open in
            open.subtract([client, server])
            close(client)
            close(server)
        }
    }

    private func pump(from source: Int32, to target: Int32, _ judge: ([UInt8]) -> Action) {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(source, &buffer, buffer.count, 0)
            guard count > 0 else { return }
            let said = Array(buffer[..<count])
            let action = judge(said)
            if case .cut = action { return }
            if case .cutAfterwards = action { shutdown(source, Int32(SHUT_RDWR)) }
            guard Self.send(said, to: target) else { return }
            if case .cutAfterwards = action { return }
        }
    }

    private static func send(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes { buffer in
                #if canImport(Darwin)
                    Darwin.send(descriptor, buffer.baseAddress, buffer.count, 0)
                #else
                    Glibc.send(descriptor, buffer.baseAddress, buffer.count, Int32(MSG_NOSIGNAL))
                #endif
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }
}
