import Foundation
import LanyardWire
import Synchronization
import TestSupport
import Testing

@Suite("The end under load", .serialized)
struct ShutdownTests {
    private let installation: Installation

    init() throws { installation = try Installation() }

    @Test("SIGTERM cuts no answer, and what was saved is exactly what clients were granted", arguments: 1...3)
    func exact(round: Int) async throws {
        let server = try await installation.start()
        let amount: Int64 = 1_000_000
        let key = try await server.client.createKey(
            "busy", #""limits":[{"name":"hour","amount":\#(amount),"window":"1h"}]"#)
        let load = Load(address: server.client.data, secret: key.secret)
        async let loading = load.run { true }
        try await Task.sleep(for: .milliseconds(300 + 400 * round))
        server.process.send(SIGTERM)
        let seen = await loading
        #expect(await server.process.ended == .exit(0), "\(server.process.log)")
        #expect(seen.cut == 0 && seen.others.isEmpty && seen.closed == load.clients, "\(seen.others)")
        #expect(seen.grants.count > 0)
        #expect(!FileManager.default.fileExists(atPath: installation.file("ready.json")))

        let again = try await installation.start()
        #expect(try await again.client.usage(of: key.id) == ["ok": Int64(seen.grants.count)])
        let left = try await again.client.check(key.secret).remaining["hour"]
        #expect(left == amount - Int64(seen.grants.count) - 1)
        #expect(try await again.client.metric("lanyard_windows_reset_total") == 0)
        #expect(await again.stop() == .exit(0))
    }

    @Test("idle connections are closed at once, one that hangs in mid-request when the drain time is over")
    func drain() async throws {
        // The long form waits for the default.
        let drain: Duration = TestRun.isLong ? .seconds(10) : .seconds(2)
        let server = try await installation.start(["--drain-timeout", "\(drain.components.seconds)s"])
        let (address, secret, process) = (server.client.data, server.client.secret, server.process)
        let ready = Atomic<Int>(0)
        let ends = await onThreads(2) { index -> (isIdle: Bool, end: Int64, signalled: Int64) in
            let isIdle = index == 0
            guard var connection = try? LoadConnection(to: address, asking: LoadConnection.authorize(secret)) else {
                return (isIdle, 0, 0)
            }
            _ = connection.ask()
            if !isIdle {
                connection.sendRaw(
                    "POST /v1/verify HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(secret)\r\n"
                        + "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{")
            }
            ready.add(1, ordering: .acquiringAndReleasing)
            while ready.load(ordering: .acquiring) < 2 { usleep(1_000) }
            // So that the half of a request has been read.
            if isIdle { usleep(200_000) }
            let signalled = LoadConnection.now
            if isIdle { process.send(SIGTERM) }
            return (isIdle, connection.waitForEnd(), signalled)
        }
        #expect(await server.process.ended == .exit(0))
        let idle = try #require(ends.first { $0.isIdle })
        let hanging = try #require(ends.first { !$0.isIdle })
        let cutAfter = Duration.nanoseconds(hanging.end - idle.signalled)
        #expect(idle.end < hanging.end)
        #expect(Duration.nanoseconds(idle.end - idle.signalled) < drain)
        #expect(cutAfter >= drain - .milliseconds(100))
        // Seconds later is a slow machine; minutes later would be no bound.
        #expect(cutAfter < drain + .seconds(20))
        print(
            "drain: idle closed after \(Duration.nanoseconds(idle.end - idle.signalled)), hanging cut after \(cutAfter)"
        )
    }
}
