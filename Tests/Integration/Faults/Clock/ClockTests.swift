import Foundation
import LanyardWire
import NIOHTTP1
import TestSupport
import Testing

#if os(Linux)
    // # Time that misbehaves
    //
    // Windows run on a clock that nobody can set (docs/decisions/0006). A library that is loaded before the system's own
    // (libfaketime) makes the server see another civil time, and the test turns it while the server runs.

    @Suite("Stopped processes and clocks that jump", .serialized)
    struct ClockTests {
        private let installation: Installation
        private let window: Duration = .seconds(2)
        private let amount = 30

        init() throws { installation = try Installation() }

        private var limits: String {
            #""limits":[{"name":"short","amount":\#(amount),"window":"\#(window.components.seconds)s"}]"#
        }

        @Test("a server that is stopped and goes on admits no more than one that ran through")
        func stopped() async throws {
            let server = try await installation.start()
            let key = try await server.client.createKey("busy", limits)
            let load = Load(address: server.client.data, secret: key.secret)
            async let loading = load.run(for: .seconds(TestRun.isLong ? 30 : 6))
            for pause in [300, 1_900, 700] {
                try await Task.sleep(for: .milliseconds(500))
                server.process.send(SIGSTOP)
                try await Task.sleep(for: .milliseconds(pause))
                server.process.send(SIGCONT)
            }
            let seen = await loading
            #expect(seen.others.isEmpty && seen.cut == 0 && seen.closed == 0)
            #expect(seen.grants.count > amount)
            #expect(seen.grants.most(within: window) <= amount)
            #expect(await server.stop() == .exit(0))
        }

        @Test("an hour forward and an hour back, while serving and over restarts, make no window fuller or emptier")
        func jumps() async throws {
            let setting = installation.file("time")
            func set(_ offset: String) throws {
                try Data("\(offset)\n".utf8).write(to: URL(fileURLWithPath: setting), options: .atomic)
            }
            try set("+0")
            let environment = try FakeTime.withTimers(
                FakeTime.variables.merging(["FAKETIME_TIMESTAMP_FILE": setting]) { $1 })
            var server = try await installation.start(environment: environment)
            let spent = try await server.client.createKey(
                "spent", #""limits":[{"name":"half","amount":3,"window":"30m"}]"#)
            #expect(
                try await server.client.verify(Array(repeating: spent.secret, count: 4)) == [
                    "ok", "ok", "ok", "rate_limited",
                ])
            let busy = try await server.client.createKey("busy", limits)
            var seen = Load.Result()
            for offset in ["+3600", "-3600", "+0", "+3600"] {
                let load = Load(address: server.client.data, secret: busy.secret, clients: 4)
                async let loading = load.run(for: .seconds(2))
                try await Task.sleep(for: .milliseconds(700))
                try set(offset)
                try await eventually("the server's clock has jumped") {
                    try await abs(Self.distance(of: server.client) - (Double(offset) ?? 0)) < 600
                }
                #expect(try await server.client.verify([spent.secret]) == ["rate_limited"], "\(offset)")
                seen.merge(await loading)
                if offset == "-3600" {
                    #expect(await server.stop() == .exit(0))
                    FakeTime.removeSharedMemory(of: server.process.id)
                    server = try await installation.start(environment: environment)
                }
            }
            await server.kill()
            FakeTime.removeSharedMemory(of: server.process.id)
            server = try await installation.start(environment: environment)
            #expect(try await server.client.verify([spent.secret]) == ["rate_limited"])
            try set("-3600")
            #expect(try await server.client.verify([spent.secret]) == ["rate_limited"])
            // Nor has anybody to wait longer than the window.
            let denial = try await server.client.send(.data, .GET, "/v1/authorize", secret: spent.secret)
            let wait = try #require(denial["retry_after_ms"]?.number?.int64)
            #expect((1...1_900_000).contains(wait))
            #expect(seen.others.isEmpty && seen.cut == 0)
            #expect(seen.grants.count > amount)
            #expect(seen.grants.most(within: window) <= amount)
            #expect(await server.stop() == .exit(0))
            FakeTime.removeSharedMemory(of: server.process.id)
        }

        /// Seconds from this process's civil time to the server's, as its answers tell it.
        private static func distance(of client: ServerClient) async throws -> Double {
            let date = try await client.send(.data, .GET, "/healthz").headers.first(name: "Date") ?? ""
            let format = DateFormatter()
            format.locale = Locale(identifier: "en_US_POSIX")
            format.timeZone = TimeZone(identifier: "GMT")
            format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss zzz"
            guard let told = format.date(from: date) else { throw Unfulfilled(description: "a date is read: \(date)") }
            return told.timeIntervalSinceNow
        }
    }
#endif
