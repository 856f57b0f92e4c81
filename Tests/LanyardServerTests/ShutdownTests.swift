import Foundation
import LanyardCore
import LanyardEngine
import LanyardManagement
import LanyardServer
import TestSupport
import Testing

@Suite("The end of a server")
struct ShutdownTests {
    @Test("a call under way is answered, though nobody new gets in")
    func draining() async throws {
        let test = try TestServer()
        let server = try await test.start()
        let connection = try await RawConnection.connect(to: server.addresses.data)
        let body = "{\"secret\":\"x\"}"
        try await connection.send(
            "POST /v1/verify HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(try test.adminSecret)\r\n"
                + "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body.prefix(5))")
        // The head has arrived when a request that came later, on another connection, has been answered.
        _ = try await get("http://\(server.addresses.data)/healthz")
        let end = Task { try await server.stop() }
        try await eventually("the server drains") { test.log.text.contains("draining") }
        await #expect(throws: (any Error).self) {
            let late = try await RawConnection.connect(to: server.addresses.data)
            try await late.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            if try await late.readToEnd().isEmpty { throw CancellationError() }
        }
        try await connection.send(String(body.dropFirst(5)))
        let answer = try await connection.readToEnd()
        #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
        #expect(answer.contains("\"valid\":false"))
        try await end.value
        // Closed properly: the next start has nothing to forget.
        let again = try await test.start()
        let metrics = try await get("http://\(again.addresses.admin)/metrics").body
        #expect(metrics.contains("lanyard_windows_reset_total 0\n"))
        try await again.stop()
    }

    @Test("before the listeners close, /readyz says 503 on both, and everything else is still served")
    func delay() async throws {
        var test = try TestServer()
        test.configuration.limits.drainDelay = .seconds(6)
        let server = try await test.start()
        let key = try await server.engine.create(name: "x").secret.reveal()
        for address in [server.addresses.data, server.addresses.admin] {
            #expect(try await get("http://\(address)/readyz").status == 200)
        }
        let end = Task { try await server.stop() }
        try await eventually("the ready file is gone") { !test.folder.exists("ready.json") }
        for address in [server.addresses.data, server.addresses.admin] {
            // A connection of its own: nobody new is turned away yet.
            let late = try await RawConnection.connect(to: address)
            try await late.send("GET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            let answer = try await late.readToEnd()
            #expect(answer.hasPrefix("HTTP/1.1 503 "))
            #expect(answer.contains("\"code\":\"unavailable\""))
        }
        #expect(try await get("http://\(server.addresses.data)/v1/authorize", secret: key).status == 200)
        try await end.value
    }

    @Test("what does not end within the drain time is cut, on either listener", arguments: ["data", "admin"])
    func hanging(listener: String) async throws {
        var test = try TestServer()
        test.configuration.limits.drainTimeout = .milliseconds(200)
        let server = try await test.start()
        let address = listener == "data" ? server.addresses.data : server.addresses.admin
        let connection = try await RawConnection.connect(to: address)
        try await connection.send(
            "POST /v1/keys HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(try test.adminSecret)\r\n"
                + "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{")
        _ = try await get("http://\(address)/healthz")
        let start = ContinuousClock.now
        try await server.stop()
        #expect(ContinuousClock.now - start < .seconds(TestRun.seconds(8)))
        _ = try await connection.readToEnd()
        #expect(!test.folder.exists("ready.json"))
        try await test.start().stop()
    }

    @Test("connections that wait for nothing hold nobody up", arguments: ["data", "admin"])
    func idle(listener: String) async throws {
        let test = try TestServer()
        let server = try await test.start()
        let address = listener == "data" ? server.addresses.data : server.addresses.admin
        let silent = try await RawConnection.connect(to: address)
        let kept = try await RawConnection.connect(to: address)
        try await kept.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        _ = try await get("http://\(address)/healthz")
        let start = ContinuousClock.now
        try await server.stop()
        #expect(ContinuousClock.now - start < .seconds(TestRun.seconds(5)))
        #expect(try await kept.readToEnd().hasPrefix("HTTP/1.1 200 OK"))
        #expect(try await silent.readToEnd() == "")
    }
}
