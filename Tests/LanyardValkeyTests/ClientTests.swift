import NIOCore
import TestSupport
import Testing

@testable import LanyardValkey

@Suite("A client that keeps its connection up")
struct ClientTests {
    @Test("commands of many callers are each answered with their own answer")
    func manyCallers() async throws {
        let server = try await RedisServer.start()
        try await Fixture.withClient(server.url()) { client in
            let echoes = try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<2000 {
                    group.addTask { try await client.run(Fixture.command("ECHO", "\(number)")).text == "\(number)" }
                }
                return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(echoes == 2000)
        }
    }

    @Test("a server's error is thrown, and the connection stays")
    func errors() async throws {
        let server = try await RedisServer.start()
        try await Fixture.withClient(server.url()) { client in
            _ = try await client.run(Fixture.command("SET", "a", "x"))
            let error = try await Fixture.failure { _ = try await client.run(Fixture.command("LPUSH", "a", "y")) }
            #expect(error?.serverCode == "WRONGTYPE")
            #expect(error?.mayHaveRun == false)
            #expect(try await client.run(Fixture.command("GET", "a")).text == "x")
            let invalid = try await Fixture.failure { _ = try await client.run([]) }
            #expect(invalid?.code == .invalid)
        }
    }

    @Test("a script runs whether the server knows it or not")
    func scripts() async throws {
        let server = try await RedisServer.start()
        let script = ValkeyScript("return redis.call('INCRBY', KEYS[1], ARGV[1])")
        let (key, five) = (Array("n".utf8), Array("5".utf8))
        try await Fixture.withClient(server.url()) { client in
            #expect(try await client.evaluate(script, keys: [key], arguments: [five]) == .integer(5))
            let known = try await client.run([Array("SCRIPT".utf8), Array("EXISTS".utf8), script.hash])
            #expect(known == .array([.integer(1)]))
            #expect(try await client.evaluate(script, keys: [key], arguments: [five]) == .integer(10))
            _ = try await client.run(Fixture.command("SCRIPT", "FLUSH"))
            #expect(try await client.evaluate(script, keys: [key], arguments: [five]) == .integer(15))
        }
    }

    @Test("a server that stood still fails commands at their deadline, and serves again without help")
    func stoppedServer() async throws {
        let server = try await RedisServer.start()
        var settings = Fixture.settings
        settings.connectTimeout = .seconds(1)
        try await Fixture.withClient(server.url(), .none, settings) { client in
            _ = try await client.run(Fixture.command("SET", "a", "x"))
            server.pause()
            let error = try await Fixture.failure {
                _ = try await client.run(Fixture.command("GET", "a"), within: .milliseconds(100))
            }
            #expect(error?.code == .timedOut)
            let next = try await Fixture.failure {
                _ = try await client.run(Fixture.command("GET", "a"), within: .milliseconds(100))
            }
            #expect(next?.code == .unavailable)
            server.resume()
            try await eventually("it is reached again") {
                (try? await client.run(Fixture.command("GET", "a")))?.text == "x"
            }
            #expect(client.problem == nil)
        }
    }

    @Test("a server that was started again is reached again without help")
    func restart() async throws {
        let server = try await RedisServer.start(password: "swordfish")
        try await Fixture.withClient(server.url(), .text("swordfish")) { client in
            _ = try await client.run(Fixture.command("PING"))
            try await server.stop()
            try await eventually("it is missed") { client.problem != nil }
            let error = try await Fixture.failure {
                _ = try await client.run(Fixture.command("PING"), within: .milliseconds(1))
            }
            #expect(error?.code == .unavailable)
            try await server.start()
            try await eventually("it is reached again") {
                (try? await client.run(Fixture.command("PING"))) == .simple("PONG")
            }
        }
    }

    @Test("who starts before the server waits for it")
    func lateServer() async throws {
        let server = try await RedisServer.start()
        try await server.stop()
        try await Fixture.withClient(server.url()) { client in
            async let reply = client.run(Fixture.command("PING"))
            try await eventually("it has failed once") { client.problem != nil }
            try await server.start()
            #expect(try await reply == .simple("PONG"))
        }
    }

    @Test("a wrong password fails callers at once, with its reason")
    func wrongPassword() async throws {
        let server = try await RedisServer.start(password: "swordfish")
        var settings = Fixture.settings
        settings.refusedBackoff = .seconds(TestRun.seconds(3600))
        try await Fixture.withClient(server.url(), .text("goldfish"), settings) { client in
            for _ in 0..<3 {
                let error = try await Fixture.failure { _ = try await client.run(Fixture.command("PING")) }
                #expect(error?.code == .unauthorized)
                #expect(error?.description.contains("goldfish") == false)
            }
        }
    }

    @Test("a lost command is not sent again")
    func lostOnce() async throws {
        let server = try await LyingServer { said in said.contains("INCR") ? .bytesAndEnd("") : .bytes("+PONG\r\n") }
        try await Fixture.withClient("valkey://127.0.0.1:\(server.port)") { client in
            let error = try await Fixture.failure { _ = try await client.run(Fixture.command("INCR", "n")) }
            #expect(error?.code == .lost)
            try await eventually("it is connected again") {
                (try? await client.run(Fixture.command("PING"))) == .simple("PONG")
            }
            #expect(server.connections == 2)
        }
        try await server.end()
    }

    @Test("a client that has lost its connection says why")
    func lossExplained() async throws {
        let server = try await LyingServer { _ in .bytes("$1073741824\r\n") }
        var settings = Fixture.settings
        // Long enough for a look.
        settings.shortestBackoff = .seconds(TestRun.seconds(3600))
        settings.longestBackoff = settings.shortestBackoff
        try await Fixture.withClient("valkey://127.0.0.1:\(server.port)", .none, settings) { client in
            let error = try await Fixture.failure { _ = try await client.run(Fixture.command("GET", "a")) }
            #expect(error?.code == .malformed)
            try await eventually("it is missed") { client.problem != nil }
            let next = try await Fixture.failure { _ = try await client.run(Fixture.command("GET", "a")) }
            #expect(next?.code == .unavailable)
            #expect(next?.context.contains("a reply that is too large") == true, "\(next?.context ?? "")")
        }
        try await server.end()
    }

    @Test("a server that isn't there, and authorities that can't be read, are told in few words")
    func missing() async throws {
        let port = try FreePort.find()
        for (address, part) in [
            ("127.0.0.1:\(port)", "can't be reached: Connection refused"),
            ("127.0.0.1:\(port)/0?cafile=/nowhere.pem", "the certificates of authorities in /nowhere.pem"),
        ] {
            let scheme = address.contains("cafile") ? "valkeys" : "valkey"
            let error = try await Fixture.failure { _ = try await Fixture.connect("\(scheme)://\(address)") }
            #expect(error?.code == .unavailable)
            #expect(error?.context.contains(part) == true, "\(error?.context ?? "")")
        }
    }

    @Test("a closed client takes nothing")
    func closed() async throws {
        let server = try await RedisServer.start()
        let client = ValkeyClient(try ValkeyLocation(parsing: server.url()), settings: Fixture.settings)
        _ = try await client.run(Fixture.command("PING"))
        await client.close()
        let error = try await Fixture.failure { _ = try await client.run(Fixture.command("PING")) }
        #expect(error?.code == .closed)
    }

    @Test("the wait doubles up to its bound, is never the whole of it for all, and is long after a refused login")
    func backoff() {
        let settings = ValkeySettings()
        var backoff = Backoff(settings)
        let waits = (0..<30).map { _ in backoff.next(after: nil, jitter: 1) }
        #expect(Array(waits.prefix(3)) == [.milliseconds(50), .milliseconds(100), .milliseconds(200)])
        #expect(waits.last == settings.longestBackoff)
        #expect(Set((0..<20).map { _ in backoff.next(after: nil) }).count > 1)
        #expect(backoff.next(after: ValkeyError(.unauthorized, ""), jitter: 1) == settings.refusedBackoff)
        backoff.reset()
        #expect(backoff.next(after: nil, jitter: 1) == .milliseconds(50))
    }
}
