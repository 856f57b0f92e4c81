import LanyardCore
import Logging
import NIOCore
import TestSupport
import Testing

@testable import LanyardDataPlane

@Suite("Connections as a whole", .timeLimit(.minutes(TestRun.minutes(1))))
struct ConnectionTests {
    private let health = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"

    @Test("beyond the limit no connection is accepted until one ends; it waits meanwhile")
    func maximumConnections() async throws {
        try await withServer(configure: { $0.maximumConnections = 2 }) { server in
            let first = try await server.connect()
            let second = try await server.connect()
            for connection in [first, second] {
                try await connection.send(health)
                #expect(await connection.answer()?.status == 200)
            }
            let third = try await server.connect()
            try await third.send(health)
            try await Task.sleep(for: .milliseconds(100))
            #expect(third.received.isEmpty)
            try await first.close()
            #expect(await third.answer()?.status == 200)
            try await second.close()
            try await third.close()
        }
    }

    @Test("at shutdown idle connections are closed at once, a request in hand is answered with 'Connection: close'")
    func draining() async throws {
        let secret = Secret.make()
        try await withServer { server in
            server.decisions.add(secret, isLoaded: false)
            server.decisions.set(load: .waits)
            let idle = try await server.connect()
            try await idle.send(health)
            #expect(await idle.answer()?.status == 200)
            let busy = try await server.connect()
            try await busy.send(requestText("GET", "/v1/authorize", key: secret))
            while server.decisions.loads == 0 { try await Task.sleep(for: .milliseconds(2)) }

            server.listener.stop()
            _ = await idle.untilClosed()
            #expect(busy.received.isEmpty)
            await #expect(throws: (any Error).self) { _ = try await server.connect() }
            server.decisions.release()
            let answer = await busy.answer()
            #expect(answer?.status == 200)
            #expect(answer?["Connection"] == "close")
            _ = await busy.untilClosed()
        }
    }

    @Test("while draining, whoever asks for readiness is told no")
    func readinessWhileDraining() async throws {
        try await withServer { server in
            let connection = try await server.connect()
            try await connection.send("GET /readyz HTTP/1.1\r\nHost: a\r\n")
            // The bytes above have arrived when a request that came later has been answered: there is one loop.
            #expect(try await server.ask("GET", "/readyz").status == 200)
            let idle = try await server.connect()
            try await idle.send(health)
            #expect(await idle.answer()?.status == 200)
            server.listener.stop()
            _ = await idle.untilClosed()
            try await connection.send("\r\n")
            #expect(await connection.answer()?.status == 503)
            _ = await connection.untilClosed()
        }
    }

    @Test("what does not end in time when draining is closed")
    func drainTimeout() async throws {
        try await withServer(configure: { $0.drainTimeout = .milliseconds(100) }) { server in
            server.decisions.set(load: .waits)
            let connection = try await server.connect()
            try await connection.send(requestText("GET", "/v1/authorize", key: .make()))
            while server.decisions.loads == 0 { try await Task.sleep(for: .milliseconds(2)) }
            server.listener.stop()
            #expect(await connection.untilClosed().isEmpty)
            server.decisions.release()
        }
    }

    @Test("an address that is taken is told as an error, also to whoever waits for the bound one")
    func addressInUse() async throws {
        try await withServer { server in
            var configuration = DataPlaneConfiguration()
            configuration.host = "127.0.0.1"
            configuration.port = server.address.port ?? 0
            let second = DataPlaneServer(
                decisions: server.decisions, management: nil, configuration: configuration,
                logger: .init(label: "test") { _ in SwiftLogNoOpLogHandler() })
            await #expect(throws: (any Error).self) { try await second.run() }
            await #expect(throws: (any Error).self) { try await second.boundAddress }
        }
    }
}
