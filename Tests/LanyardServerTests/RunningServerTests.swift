import Foundation
import LanyardCore
import LanyardEngine
import LanyardManagement
import LanyardServer
import TestSupport
import Testing

@Suite("A running server")
struct RunningServerTests {
    @Test("it serves both listeners, says where, and takes that back when it ends")
    func lifetime() async throws {
        let test = try TestServer()
        let server = try await test.start()
        for address in [server.addresses.data, server.addresses.admin] {
            #expect(try await get("http://\(address)/healthz").status == 200)
            #expect(try await get("http://\(address)/readyz").status == 200)
        }
        let ready = try JSONSerialization.jsonObject(
            with: Data(contentsOf: URL(fileURLWithPath: test.folder.file("ready.json"))))
        let addresses = ["data": "\(server.addresses.data)", "admin": "\(server.addresses.admin)"]
        #expect(ready as? [String: String] == addresses)
        #expect(test.folder.permissions("ready.json") == 0o644)
        try await server.stop()
        #expect(!test.folder.exists("ready.json"))
        for address in [server.addresses.data, server.addresses.admin] {
            await #expect(throws: (any Error).self) { try await RawConnection.connect(to: address) }
        }
    }

    @Test("a key is made, admitted, and still there after a restart; the log and the metrics hold no secret")
    func mainJob() async throws {
        let test = try TestServer()
        var server = try await test.start()
        let key = try await server.engine.create(name: "cron", limits: [.requests(2, per: .seconds(3600))])
        let secret = key.secret.reveal()
        let url = { (server: RunningServer) in "http://\(server.addresses.data)/v1/authorize" }
        #expect(try await get(url(server), secret: secret).status == 200)
        try await server.stop()

        server = try await test.start()
        #expect(try await get(url(server), secret: secret).status == 200)
        // The window was saved at the end and restored at the start.
        #expect(try await get(url(server), secret: secret).status == 429)
        let metrics = try await get("http://\(server.addresses.admin)/metrics").body
        let adminSecret = try test.adminSecret
        #expect(try await get("http://\(server.addresses.admin)/v1/keys", secret: adminSecret).status == 200)
        try await server.stop()
        for text in [metrics, test.log.text] {
            #expect(!text.contains(secret))
            #expect(!text.contains(adminSecret))
        }
        #expect(!test.log.text.isEmpty)
    }

    @Test("a ready file that a killed process has left is gone before anything is served")
    func staleReadyFile() async throws {
        var test = try TestServer()
        try test.folder.write("stale", to: "ready.json")
        test.configuration.readyFile = test.folder.file("nowhere/ready.json")
        _ = try await test.failure()
        test.configuration.readyFile = test.folder.file("ready.json")
        let server = try await test.start()
        #expect(try String(contentsOfFile: test.folder.file("ready.json"), encoding: .utf8).hasPrefix("{\"data\""))
        try await server.stop()
    }

    @Test("whoever waits for the ready file connects to an address that can be connected to")
    func wildcard() async throws {
        var test = try TestServer()
        test.configuration.data = ListenAddress(host: nil, port: 0)
        let server = try await test.start()
        #expect(server.addresses.data.host == "127.0.0.1")
        #expect(try await get("http://\(server.addresses.data)/healthz").status == 200)
        try await server.stop()
    }

    @Test("two servers in one process keep their metrics apart")
    func separateMetrics() async throws {
        let (first, second) = (try TestServer(), try TestServer())
        let (one, other) = (try await first.start(), try await second.start())
        let key = try await one.engine.create(name: "x")
        _ = try await get("http://\(one.addresses.data)/v1/authorize", secret: key.secret.reveal())
        let metrics = try await get("http://\(other.addresses.admin)/metrics").body
        #expect(metrics.contains("lanyard_decisions_total{code=\"ok\",way=\"authorize\"} 0\n"))
        try await one.stop()
        try await other.stop()
    }

    @Test("the log begins with one line that says what was started and how")
    func summary() async throws {
        let test = try TestServer()
        let server = try await test.start()
        try await server.stop()
        let line = try #require(test.log.lines(with: "lanyard serves").first)
        #expect(line.contains("version=\(LanyardVersion.text)"))
        #expect(line.contains("data=\(server.addresses.data)"))
        #expect(line.contains("max_connections=10000"))
        #expect(test.log.lines(with: "warning").isEmpty)
    }

    @Test("the version is the contract's")
    func version() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let contract = try String(contentsOf: root.appendingPathComponent("openapi.yaml"), encoding: .utf8)
        #expect(contract.contains("\n  version: \(LanyardVersion.text)\n"))
    }
}
