import NIOCore
import TestSupport
import Testing

@testable import LanyardValkey

@Suite("A connection to a real server")
struct ConnectionTests {
    private var soon: NIODeadline { .now() + .seconds(TestRun.seconds(60)) }

    @Test("ten thousand commands sent without waiting are answered in their order")
    func pipelining() async throws {
        let server = try await RedisServer.start()
        let connection = try await Fixture.connect(server.url())
        let outcomes = Outcomes()
        for _ in 0..<10_000 {
            connection.submit(Fixture.command("INCR", "n"), deadline: soon) { outcomes.add($0) }
        }
        try await eventually("all are answered") { outcomes.list.count == 10_000 }
        #expect(outcomes.list == (1...10_000).map { .success(.integer(Int64($0))) })
        await connection.close(within: .seconds(5))
    }

    @Test("closing waits for the answers under way, and takes no more")
    func closing() async throws {
        let server = try await RedisServer.start()
        let connection = try await Fixture.connect(server.url())
        let outcomes = Outcomes()
        for _ in 0..<1000 { connection.submit(Fixture.command("INCR", "n"), deadline: soon) { outcomes.add($0) } }
        await connection.close(within: .seconds(TestRun.seconds(60)))
        #expect(outcomes.list == (1...1000).map { .success(.integer(Int64($0))) })
        let refused = try await Fixture.failure {
            _ = try await connection.send(Fixture.command("PING"), deadline: soon)
        }
        #expect(refused?.code == .closed)
    }

    @Test("the session has its database and its name")
    func session() async throws {
        let server = try await RedisServer.start()
        let connection = try await Fixture.connect(server.url(3))
        let reply = try await connection.send(Fixture.command("CLIENT", "INFO"), deadline: soon)
        #expect(reply.text?.contains(" name=lanyard ") == true)
        #expect(reply.text?.contains(" db=3 ") == true)
        await connection.close(within: .seconds(5))
        let refused = try await Fixture.failure { _ = try await Fixture.connect(server.url(99)) }
        #expect(refused?.code == .refused)
    }

    @Test("the right password opens, and a wrong one or none is told apart from an outage")
    func passwords() async throws {
        let server = try await RedisServer.start(password: "swordfish")
        let folder = try TemporaryFolder()
        let file = try folder.write("swordfish\n", to: "password")
        for password in [ValkeyPassword.text("swordfish"), .file(file)] {
            let connection = try await Fixture.connect(server.url(), password)
            #expect(try await connection.send(Fixture.command("PING"), deadline: soon) == .simple("PONG"))
            await connection.close(within: .seconds(5))
        }
        for password in [ValkeyPassword.text("goldfish"), .none, .file(folder.file("none"))] {
            let error = try await Fixture.failure { _ = try await Fixture.connect(server.url(), password) }
            #expect(error?.code == .unauthorized)
            #expect(error?.description.contains("goldfish") == false)
        }
        let another = "valkey://nobody@127.0.0.1:\(server.port)"
        let error = try await Fixture.failure { _ = try await Fixture.connect(another, .text("swordfish")) }
        #expect(error?.code == .unauthorized)
    }

    @Test("with TLS a server must show a certificate that is vouched for, and is its own")
    func encryption() async throws {
        let server = try await RedisServer.start(password: "swordfish", certificate: .here)
        let connection = try await Fixture.connect(server.url(), .text("swordfish"))
        #expect(try await connection.send(Fixture.command("PING"), deadline: soon) == .simple("PONG"))
        await connection.close(within: .seconds(5))
        let named = server.url().replacing("127.0.0.1", with: "localhost")
        try await Fixture.connect(named, .text("swordfish")).close(within: .seconds(5))

        let unknown = "valkeys://127.0.0.1:\(server.port)"
        let unvouched = try await Fixture.failure { _ = try await Fixture.connect(unknown, .text("swordfish")) }
        #expect(unvouched?.code == .unavailable)
        let other = try await RedisServer.start(certificate: .elsewhere)
        for host in ["127.0.0.1", "localhost"] {
            let url = other.url().replacing("127.0.0.1", with: host)
            let foreign = try await Fixture.failure { _ = try await Fixture.connect(url) }
            #expect(foreign?.code == .unavailable, "\(host)")
        }
    }

    @Test("a stopped server's commands fail together at the first deadline, and no more are taken than may wait")
    func deadline() async throws {
        let server = try await RedisServer.start()
        var settings = Fixture.settings
        settings.mostInFlight = 10
        let connection = try await Fixture.connect(server.url(), .none, settings)
        server.pause()
        let outcomes = Outcomes()
        for number in 0..<11 {
            let patience = number == 4 ? TimeAmount.milliseconds(200) : .hours(1)
            connection.submit(Fixture.command("PING"), deadline: .now() + patience) { outcomes.add($0) }
        }
        #expect(outcomes.list == [.failure(ValkeyError(.overloaded, "10 commands are without an answer"))])
        await connection.waitUntilEnded()
        server.resume()
        let errors = outcomes.list.map { (result) -> ValkeyError.Code? in
            if case .failure(let error) = result { error.code } else { nil }
        }
        #expect(errors == [.overloaded] + Array(repeating: .timedOut, count: 10))
        let after = try await Fixture.failure {
            _ = try await connection.send(Fixture.command("PING"), deadline: soon)
        }
        #expect(after?.code == .unavailable)
    }
}

@Suite("A connection to a server that lies")
struct LyingServerTests {
    private func failure(_ answer: LyingServer.Answer) async throws -> ValkeyError? {
        let server = try await LyingServer { _ in answer }
        let connection = try await Fixture.connect("valkey://127.0.0.1:\(server.port)")
        let error = try await Fixture.failure {
            _ = try await connection.send(
                Fixture.command("GET", "swordfish"), deadline: .now() + .seconds(TestRun.seconds(60)))
        }
        await connection.waitUntilEnded()
        try await server.end()
        return error
    }

    @Test(
        "an answer that can't be read, or is announced as too large, ends the connection at once",
        arguments: ["$1073741824\r\n", "*1073741824\r\n", "HTTP/1.1 200 OK\r\n", ":x\r\n", "+OK\n\n"])
    func malformed(text: String) async throws {
        let error = try await failure(.bytes(text))
        #expect(error?.code == .malformed)
        #expect(error?.mayHaveRun == true)
        #expect(error?.description.contains("swordfish") == false)
    }

    @Test("an answer that is cut in the middle is none", arguments: ["", "$10\r\nabc", "*2\r\n:1\r\n", "+O"])
    func cut(text: String) async throws {
        let error = try await failure(.bytesAndEnd(text))
        #expect(error?.code == .lost)
        #expect(error?.mayHaveRun == true)
    }

    @Test("an answer that nobody has asked for ends the connection, lest it be taken for the next command's")
    func unasked() async throws {
        let server = try await LyingServer { _ in .bytes("+OK\r\n+OK\r\n") }
        let connection = try await Fixture.connect("valkey://127.0.0.1:\(server.port)")
        let deadline = NIODeadline.now() + .seconds(TestRun.seconds(60))
        #expect(try await connection.send(Fixture.command("PING"), deadline: deadline) == .simple("OK"))
        await connection.waitUntilEnded()
        try await server.end()
    }

    @Test("a server that has become a follower is left, after its answer")
    func follower() async throws {
        let server = try await LyingServer { _ in .bytes("-READONLY You can't write\r\n") }
        let connection = try await Fixture.connect("valkey://127.0.0.1:\(server.port)")
        let deadline = NIODeadline.now() + .seconds(TestRun.seconds(60))
        let reply = try await connection.send(Fixture.command("INCR", "n"), deadline: deadline)
        #expect(reply == .error(RESPFailure("READONLY You can't write")))
        await connection.waitUntilEnded()
        try await server.end()
    }

    @Test("a server that quotes the login in its error does not get it into ours")
    func quoting() throws {
        let text = "ERR unknown command 'X', with args beginning with: 'swordfish'\r\nnext"
        let error = ValkeyError(RESPFailure(text))
        #expect(error.description == "refused: ERR unknown command 'X'")
    }
}
