import LanyardServer
import Synchronization
import TestSupport
import Testing

/// Every limit of a connection, set to something else than its default, through a socket.
@Suite("The limits of both listeners", .timeLimit(.minutes(TestRun.minutes(2))))
struct LimitTests {
    enum Listener: String, CaseIterable {
        case data
        case admin

        func address(of server: RunningServer) -> ListenAddress {
            switch self {
            case .data: server.addresses.data
            case .admin: server.addresses.admin
            }
        }

        /// A call that takes a body.
        var call: (target: String, body: String, status: Int) {
            switch self {
            case .data: ("/v1/verify", #"{"secret":"x"}"#, 200)
            case .admin: ("/v1/keys", #"{"name":"x"}"#, 201)
            }
        }
    }

    private func withServer(
        _ listener: Listener, _ change: (inout ServerConfiguration.Limits) -> Void,
        _ body: (_ address: ListenAddress, _ adminSecret: String) async throws -> Void
    ) async throws {
        var test = try TestServer()
        change(&test.configuration.limits)
        let server = try await test.start()
        do {
            try await body(listener.address(of: server), try test.adminSecret)
        } catch {
            try? await server.stop()
            throw error
        }
        try await server.stop()
    }

    /// What is answered until the server closes.
    private func exchange(_ text: String, _ address: ListenAddress) async throws -> String {
        let connection = try await RawConnection.connect(to: address)
        try await connection.send(text)
        return try await connection.readToEnd()
    }

    private func statuses(_ text: String) -> [Int] {
        text.matches(of: #/HTTP/1\.1 (\d{3}) /#).compactMap { Int($0.1) }
    }

    private func expect(
        _ expected: [Int], of text: String, _ address: ListenAddress, location: SourceLocation = #_sourceLocation
    ) async throws {
        #expect(try await statuses(exchange(text, address)) == expected, sourceLocation: location)
    }

    private func health(_ fields: String...) -> String {
        let lines = ["GET /healthz HTTP/1.1", "Host: x", "Connection: close"] + fields
        return lines.joined(separator: "\r\n") + "\r\n\r\n"
    }

    @Test("a head has so many bytes", arguments: Listener.allCases)
    func headBytes(listener: Listener) async throws {
        try await withServer(listener, { $0.head = .kibibytes(2) }) { address, _ in
            for (count, status) in [(1_500, 200), (3_000, 431)] {
                let answer = try await exchange(health("X: " + String(repeating: "x", count: count)), address)
                #expect(statuses(answer) == [status])
                #expect(answer.contains("application/problem+json") == (status != 200))
            }
            let target = "GET /" + String(repeating: "x", count: 3_000) + " HTTP/1.1\r\nHost: x\r\n\r\n"
            #expect([414, 431].contains(try await statuses(exchange(target, address)).first))
            // One that never ends.
            let endless = "GET /healthz HTTP/1.1\r\nHost: x\r\nX: " + String(repeating: "x", count: 100_000)
            try await expect([431], of: endless, address)
        }
    }

    @Test("a head has so many fields", arguments: Listener.allCases)
    func fieldCount(listener: Listener) async throws {
        try await withServer(listener, { $0.fields = 12 }) { address, _ in
            func fields(_ count: Int) -> String { (0..<count).map { "X\($0): y" }.joined(separator: "\r\n") }
            try await expect([200], of: health(fields(10)), address)
            try await expect([431], of: health(fields(11)), address)
        }
    }

    @Test("a body has so many bytes, told in advance or not", arguments: Listener.allCases)
    func bodyBytes(listener: Listener) async throws {
        try await withServer(listener, { $0.body = .kibibytes(4) }) { address, secret in
            let (target, body, status) = listener.call
            let head =
                "POST \(target) HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer \(secret)\r\n"
                + "Content-Type: application/json\r\n"
            for (count, expected) in [(4_096, status), (4_097, 413)] {
                let text = body + String(repeating: " ", count: count - body.utf8.count)
                let declared = try await exchange(head + "Content-Length: \(count)\r\n\r\n\(text)", address)
                #expect(statuses(declared) == [expected])
                let size = String(count, radix: 16)
                let chunked = "Transfer-Encoding: chunked\r\n\r\n\(size)\r\n\(text)\r\n0\r\n\r\n"
                try await expect([expected], of: head + chunked, address)
            }
        }
    }

    @Test("so many connections are open; another waits until one ends", arguments: Listener.allCases)
    func connections(listener: Listener) async throws {
        try await withServer(
            listener,
            {
                $0.connections = 2
                $0.adminConnections = 2
            }
        ) { address, _ in
            let first = try await RawConnection.connect(to: address)
            let second = try await RawConnection.connect(to: address)
            let third = try await RawConnection.connect(to: address)
            try await third.send(health())
            let isAnswered = Mutex(false)
            let answer = Task {
                let text = try await third.readToEnd()
                isAnswered.withLock { $0 = true }
                return text
            }
            try await Task.sleep(for: .milliseconds(300))
            #expect(isAnswered.withLock { !$0 })
            try await first.close()
            #expect(try await statuses(answer.value) == [200])
            try await second.close()
        }
    }

    @Test("an idle connection is closed after so long", arguments: Listener.allCases)
    func idleTime(listener: Listener) async throws {
        try await withServer(listener, { $0.idleTimeout = .seconds(1) }) { address, _ in
            try await expect([], of: "", address)
            let used = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
            try await expect([200], of: used, address)
        }
    }

    @Test("a head has so much time, also behind another request", arguments: Listener.allCases)
    func headerTime(listener: Listener) async throws {
        try await withServer(listener, { $0.headerTimeout = .milliseconds(300) }) { address, _ in
            let start = "GET /healthz HTTP/1.1\r\nHost: x\r\n"
            for (before, expected) in [("", [408]), (start + "\r\n", [200, 408])] {
                for part in ["G", "GET /healthz HTTP/1.1\r\n", start] {
                    let answer = try await exchange(before + part, address)
                    #expect(statuses(answer) == expected, "\(before)\(part)")
                    #expect(answer.contains(#""code":"request_timeout""#))
                }
            }
        }
    }
}
