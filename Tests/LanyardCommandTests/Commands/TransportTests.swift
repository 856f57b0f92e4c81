import LanyardWire
import NIOSSL
import LanyardWire
import TestSupport
import Testing

@testable import LanyardCommand

@Suite("The way to the server")
struct TransportTests {
    @Test("a creation that the server could not do yet is repeated, with the same key, after a growing wait")
    func repeated() async throws {
        try await FakeServer.run { _, number in
            number < 3 ? .problem("unavailable", status: 503) : .json(#"{"role":{"id":"role_1"}}"#, status: 201)
        } _: { server in
            let outcome = await CommandProbe(server).run("roles", "create", "--name", "r", "--scope", "a:b")
            #expect(outcome.status == 0)
            #expect(server.requests.count == 3)
            #expect(Set(server.requests.map { $0.header("Idempotency-Key") }).count == 1)
            #expect(outcome.waits.count == 2)
            #expect(outcome.waits[0] >= .milliseconds(110) && outcome.waits[0] <= .milliseconds(190))
            #expect(outcome.waits[1] >= .milliseconds(220) && outcome.waits[1] <= .milliseconds(380))
        }
    }

    @Test("two creations have two keys, and one may be given")
    func ownKeys() async throws {
        let answer = #"{"key":\#(Samples.key),"secret":"\#(Samples.secret)"}"#
        try await FakeServer.run { _, _ in
            .json(answer, status: 201)
        } _: { server in
            _ = await CommandProbe(server).run("keys", "create", "--name", "x")
            _ = await CommandProbe(server).run("keys", "create", "--name", "x")
            _ = await CommandProbe(server).run("keys", "create", "--name", "x", "--idempotency-key", "mine")
            let keys = server.requests.map { $0.header("Idempotency-Key") ?? "" }
            #expect(keys[0].count == 44 && keys[0] != keys[1])
            #expect(keys[2] == "mine")
        }
    }

    @Test("after a lost answer, the call that still runs is waited for; what else is in the way is an error")
    func stillRunning() async throws {
        try await FakeServer.run { _, number in
            switch number {
            case 1: .init(body: "{", isCut: true)
            case 2: .problem("conflict", status: 409)
            default: .json(#"{"role":{"id":"role_1"}}"#, status: 201)
            }
        } _: { server in
            let outcome = await CommandProbe(server).run("roles", "create", "--name", "r", "--scope", "a:b")
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(server.requests.count == 3)
        }
        try await FakeServer.run { _, _ in
            .problem("conflict", status: 409, more: #","id":"role_1""#)
        } _: { server in
            let outcome = await CommandProbe(server).run("roles", "create", "--name", "r", "--scope", "a:b")
            #expect(outcome.status == 1)
            #expect(server.requests.count == 1)
        }
    }

    @Test("repeating ends, and the last refusal is shown")
    func bounded() async throws {
        try await FakeServer.run { _, _ in
            .problem("unavailable", status: 503)
        } _: { server in
            let outcome = await CommandProbe(server).run("nodes")
            #expect(outcome.status == 1)
            #expect(server.requests.count == Backoff.call.attempts)
            #expect(outcome.errors.contains("(unavailable, 503)"))
        }
    }

    @Test("what the server asks to wait is waited, up to a bound")
    func askedWait() {
        let backoff = Backoff.call
        for attempt in 1..<backoff.attempts {
            let wait = backoff.wait(after: attempt, asked: .seconds(3_600)) ?? .zero
            #expect(wait >= backoff.longest * 0.75 && wait <= backoff.longest * 1.25)
        }
        #expect(backoff.wait(after: backoff.attempts) == nil)
    }

    @Test("a server that isn't there is tried a few times, and named with what to do")
    func unreachable() async throws {
        // A port that was just free: nobody else gets it so soon.
        let url = try await FakeServer.run { _, _ in
            .json("{}")
        } _: {
            $0.url
        }
        for url in [url, url.replacing("127.0.0.1", with: "localhost")] {
            let outcome = await CommandProbe().run("keys", "list", "--url", url)
            #expect(outcome.status == 1)
            #expect(outcome.waits.count == Backoff.call.attempts - 1)
            #expect(
                outcome.errors == """
                    error: Nothing answers at \(url).
                    fix: Is `lanyard serve` running there? If it listens elsewhere, set LANYARD_URL or give --url.

                    """)
        }
    }

    @Test("an answer that doesn't come in time is not waited for")
    func timeout() async throws {
        try await FakeServer.run { _, _ in
            try await Task.sleep(for: .seconds(60))
            return .json("{}")
        } _: { server in
            let outcome = await CommandProbe(server).run(
                "accounts", "revoke-keys", Samples.accountID, "--timeout", "1s")
            #expect(outcome.status == 1)
            #expect(outcome.errors.contains("did not answer within 1s"), "\(outcome.errors)")
            #expect(server.requests.count == 1)
        }
    }

    @Test("a redirect is not followed, for the key would go along")
    func redirect() async throws {
        try await FakeServer.run { _, _ in
            .init(status: 302, headers: ["Location": "http://127.0.0.1:1/"])
        } _: { server in
            let outcome = await CommandProbe(server).run("nodes")
            #expect(outcome.status == 1)
            #expect(outcome.errors.contains("answered 302"))
            #expect(server.requests.count == 1)
        }
    }

    @Test("a server that isn't Lanyard is recognised")
    func foreign() async throws {
        try await FakeServer.run { _, _ in
            .init(status: 404, type: "text/html", body: "<h1>no")
        } _: { server in
            let outcome = await CommandProbe(server).run("nodes")
            #expect(
                outcome.errors == """
                    error: \(server.url) answered 404, with text/html.
                    fix: Is that the admin listener of a Lanyard server? If it listens elsewhere, set LANYARD_URL or give --url.

                    """)
        }
        try await FakeServer.run { _, _ in
            .init(type: "text/html", body: "<h1>hello")
        } _: { server in
            let outcome = await CommandProbe(server).run("nodes")
            #expect(outcome.status == 1)
            #expect(outcome.errors.contains("not with JSON"))
        }
    }

    @Test("a refusal of the admin's own key says where that key came from, and not what it is")
    func ownKey() async throws {
        try await FakeServer.run { _, _ in
            .problem("unknown_key", status: 401, requestID: "abc")
        } _: { server in
            let outcome = await CommandProbe(server).run("nodes")
            #expect(outcome.status == 1)
            #expect(
                outcome.errors == """
                    error: A title (unknown_key, 401)
                      It is so.
                    note: The key that was presented came from LANYARD_ADMIN_KEY.
                    request id: abc

                    """)
        }
    }

    @Test("with --json a refusal is printed where the answer would have been")
    func problemJSON() async throws {
        try await FakeServer.run { _, _ in
            .problem("not_found", status: 404)
        } _: { server in
            let outcome = await CommandProbe(server).run("keys", "show", Samples.keyID, "--json")
            #expect(outcome.status == 1)
            let problem = try LanyardCommandJSON.parse(outcome.output)
            #expect(problem["code"]?.string == "not_found")
            #expect(outcome.errors.isEmpty)
        }
    }

    @Test("a secret is not sent in the clear to another machine without a warning")
    func clear() throws {
        for (url, keeps) in [
            ("http://127.0.0.1:1", true), ("http://localhost", true), ("http://[::1]:1", true),
            ("https://a.example", true),
            ("http://a.example", false), ("http://10.0.0.1", false),
        ] {
            #expect(try Endpoint(url, listener: .admin).keepsSecrets == keeps, "\(url)")
        }
    }

    @Test("a path in front of the server, as a proxy puts it there, is kept")
    func prefix() throws {
        let endpoint = try Endpoint("https://a.example/lanyard/", listener: .admin)
        #expect(
            endpoint.url(path: ["v1", "keys", "a b"], query: [("name", "x&y=ü")])
                == "https://a.example/lanyard/v1/keys/a%20b?name=x%26y%3D%C3%BC")
    }
}

@Suite("The way to the server, encrypted")
struct EncryptedTransportTests {
    /// A server that shows a certificate of the tests' authority, and asks for one if told to.
    private func server(asksForCertificate: Bool) throws -> TLSConfiguration {
        var tls = TLSConfiguration.makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMBytes(Array(TestCertificates.server.utf8)).map {
                .certificate($0)
            },
            privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(TestCertificates.serverKey.utf8), format: .pem)))
        guard asksForCertificate else { return tls }
        tls.certificateVerification = .noHostnameVerification
        tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(Array(TestCertificates.authority.utf8)))
        return tls
    }

    @Test("an authority that is named is trusted, and no other")
    func authority() async throws {
        let folder = try TemporaryFolder()
        let authority = try folder.write(TestCertificates.authority, to: "ca.pem")
        try await FakeServer.run(tls: try server(asksForCertificate: false)) { _, _ in
            .json(Samples.list([]))
        } _: { server in
            let trusted = await CommandProbe(server).run("nodes", "--ca-file", authority)
            #expect(trusted.status == 0, "\(trusted.errors)")
            let untrusted = await CommandProbe(server).run("nodes")
            #expect(untrusted.status == 1)
            #expect(untrusted.errors.hasPrefix("error: No secure connection to \(server.url)"), "\(untrusted.errors)")
            #expect(server.requests.count == 1)
        }
    }

    @Test("a certificate is shown to a server that asks for one")
    func clientCertificate() async throws {
        let folder = try TemporaryFolder()
        let authority = try folder.write(TestCertificates.authority, to: "ca.pem")
        let certificate = try folder.write(TestCertificates.client, to: "client.pem")
        let key = try folder.write(TestCertificates.clientKey, to: "client.key")
        try await FakeServer.run(tls: try server(asksForCertificate: true)) { _, _ in
            .json(Samples.list([]))
        } _: { server in
            var probe = CommandProbe(server)
            probe.environment["LANYARD_CA_FILE"] = authority
            let shown = await probe.run("nodes", "--client-cert", certificate, "--client-key", key)
            #expect(shown.status == 0, "\(shown.errors)")
            let none = await probe.run("nodes")
            #expect(none.status == 1)
            #expect(server.requests.count == 1)
        }
    }

    @Test("files that are no certificates are named")
    func badFiles() async throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("nothing", to: "bad.pem")
        for arguments in [["--ca-file", file], ["--client-cert", file, "--client-key", file]] {
            let outcome = await CommandProbe().run(["nodes", "--url", "https://127.0.0.1:1"] + arguments)
            #expect(outcome.status == 1)
            #expect(outcome.errors.contains(file))
        }
    }
}
