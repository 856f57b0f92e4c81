import Foundation
import NIOHTTP1
import TestSupport
import Testing

// # Counters behind TLS and a password
//
// Whole nodes reach a real Redis server by TLS, as documented: with the password in a file, and as a user who has the
// rights alone that docs/operations.md names. What is wrong there keeps no node from starting, nor from serving keys
// without limits, and ends without its help.

@Suite("Counters behind TLS and a password", .serialized)
struct SecureCounterTests {
    /// Whom the server lets in.
    enum Login: String, CaseIterable {
        case password, user

        /// What stands before the host.
        var name: String { self == .password ? "" : "lanyard@" }

        /// What the server is told beside its own password.
        func settings(_ password: String) -> [String: String] {
            self == .password ? [:] : ["user": "lanyard on >\(password) \(SecureCounterTests.rights)"]
        }
    }

    /// Those that docs/operations.md names.
    private static let rights =
        "~{lanyard}:* +eval +evalsha +hget +hmget +hset +get +set +del +time +info +hello +select"

    @Test("two nodes share one limit by TLS and a login, and the password is seen nowhere", arguments: Login.allCases)
    func shared(_ login: Login) async throws {
        let password = "swordfish-\(UUID().uuidString)"
        let folder = try TemporaryFolder()
        let file = try folder.write("\(password)\n", to: "password")
        let redis = try await RedisServer.start(
            password: login == .password ? password : "another", certificate: .here,
            settings: login.settings(password))
        let url = redis.url().replacing("valkeys://", with: "rediss://\(login.name)")
        let counters = ["--counters", url, "--counters-password-file", file]
        let cluster = try await QuotaCluster(2, options: { _ in counters })
        let key = try await cluster.nodes[0].client().createKey(
            "shared", #""limits":[{"name":"second","amount":20,"window":"1s"}]"#)
        for node in cluster.nodes { try await node.eventuallyDecides(on: key.secret) }
        let end = LoadConnection.now + Duration.seconds(TestRun.isLong ? 30 : 3).nanoseconds
        let seen = await QuotaLoad(nodes: cluster.nodes, secret: key.secret).run { _ in LoadConnection.now < end }
        let most = seen.grants.most(within: .seconds(1))
        print("    \(login.rawValue): \(seen.grants.count) granted, \(seen.denied) denied, at most \(most) in a second")
        #expect(seen.others.isEmpty && seen.unavailable == 0, "\(seen.others)")
        #expect(most <= 20)
        #expect(seen.grants.count > 20)
        #expect(seen.denied > 0)
        try await expectUnseen(password, cluster, beside: file)
        try await cluster.stop()
    }

    private func expectUnseen(_ password: String, _ cluster: QuotaCluster, beside file: String) async throws {
        let lists = try await FinishedCommand.run(["ps", "-eo", "args"], in: cluster.nodes[0].installation)
        #expect(lists.output.contains(file), "the nodes are in the list")
        #expect(!lists.output.contains(password))
        for node in cluster.nodes {
            let server = try #require(node.server)
            #expect(!server.process.log.contains(password))
            let metrics = try await server.client.send(.admin, .GET, "/metrics").text
            #expect(metrics.contains("lanyard_counter_batches_total"))
            #expect(!metrics.contains(password))
        }
    }

    // MARK: - What is wrong

    /// Why a node can't use the server that it is told of.
    enum Mistake: String, CaseIterable, Sendable {
        case wrongPassword, noPasswordFile, wrongAuthority, noAuthority, wrongName, noTLS, onlyTLS

        /// What the log says of it.
        var reason: String {
            switch self {
            case .wrongPassword: "does not accept the name or the password"
            case .noPasswordFile: "can't be read"
            case .wrongAuthority: "nobody who is trusted here vouches for its certificate"
            case .noAuthority: "the certificates of authorities in"
            case .wrongName: "its certificate is another name's"
            case .noTLS: "TLS"
            case .onlyTLS: "it may demand TLS"
            }
        }
    }

    /// The servers that nodes are told of, and the files.
    private struct Stand {
        static let wrong = "goldfish-\(UUID().uuidString)"
        static let right = "swordfish-\(UUID().uuidString)"
        let folder: TemporaryFolder
        let secure: RedisServer
        /// Its certificate is for another name.
        let foreign: RedisServer
        let plain: RedisServer

        init() async throws {
            folder = try TemporaryFolder()
            secure = try await RedisServer.start(password: Self.right, certificate: .here)
            foreign = try await RedisServer.start(password: Self.wrong, certificate: .elsewhere)
            plain = try await RedisServer.start(password: Self.wrong)
            try folder.write("\(Self.wrong)\n", to: "password")
            try folder.write(ServerCertificate.elsewhere.certificate, to: "authority.pem")
        }

        func options(_ mistake: Mistake) -> [String] {
            var (url, password) = (secure.url(), "password")
            let address = "127.0.0.1:\(secure.port)/0"
            switch mistake {
            case .wrongPassword: break
            case .noPasswordFile: password = "later"
            case .wrongAuthority: url = "valkeys://\(address)?cafile=\(folder.file("authority.pem"))"
            case .noAuthority: url = "valkeys://\(address)?cafile=\(folder.file("none.pem"))"
            case .wrongName: url = foreign.url()
            case .noTLS: url = "valkeys://127.0.0.1:\(plain.port)/0"
            case .onlyTLS: url = "valkey://\(address)"
            }
            return ["--counters", url, "--counters-password-file", folder.file(password)]
        }

        /// Mends what can be mended without touching a node.
        func mend() async throws {
            try folder.write(ServerCertificate.here.certificate, to: "authority.pem")
            try folder.write(ServerCertificate.here.certificate, to: "none.pem")
            try folder.write("\(Self.wrong)\n", to: "later")
            try await secure.command("CONFIG", "SET", "requirepass", Self.wrong)
        }
    }

    @Test("what is wrong with them costs keys with limits 503, others nothing, is told, and ends when it is mended")
    func mistakes() async throws {
        let stand = try await Stand()
        let mistakes = Mistake.allCases
        // They all start.
        let cluster = try await QuotaCluster(mistakes.count, options: { stand.options(mistakes[$0]) })
        let client = try cluster.nodes[0].client()
        let limit = #""limits":[{"name":"h","amount":1000,"window":"1h""#
        let limited = try await client.createKey("limited", limit + "}]")
        let lenient = try await client.createKey("lenient", limit + #","on_outage":"allow"}]"#)
        let free = try await client.createKey("free")
        for (mistake, node) in zip(mistakes, cluster.nodes) {
            try await expectOutage(mistake, node, limited: limited, others: [lenient, free])
        }
        try await stand.mend()
        let start = ContinuousClock.now
        for (mistake, node) in zip(mistakes, cluster.nodes) where mistake.canBeMended {
            try await eventually("\(mistake) is over") { try await Self.status(node, limited) == 200 }
            print("    \(mistake.rawValue): counts \(ContinuousClock.now - start) after it was mended")
            #expect(try #require(node.server).process.log.contains("the shared counters can be used again"))
        }
        for (mistake, node) in zip(mistakes, cluster.nodes) where !mistake.canBeMended {
            #expect(try await Self.status(node, limited) == 503, "\(mistake)")
        }
        try await cluster.stop()
    }

    private func expectOutage(
        _ mistake: Mistake, _ node: QuotaNode, limited: ServerClient.IssuedKey, others: [ServerClient.IssuedKey]
    ) async throws {
        let server = try #require(node.server)
        let start = ContinuousClock.now
        let answer = try await server.client.send(.data, .GET, "/v1/authorize", secret: limited.secret)
        #expect(answer.status == 503 && answer.code == "unavailable", "\(mistake): \(answer.text)")
        // Its deadline is 2 seconds; a slow machine has more.
        #expect(ContinuousClock.now - start < .seconds(TestRun.seconds(20)), "\(mistake)")
        for key in others { #expect(try await Self.status(node, key) == 200, "\(mistake)") }
        // It serves what it can, and so goes on being asked.
        #expect(try await server.client.send(.data, .GET, "/readyz").status == 200)
        #expect(try await server.client.metric("lanyard_counter_failures_total") ?? 0 >= 2, "\(mistake)")
        #expect(try await server.client.metric("lanyard_counter_waived_total") == 1, "\(mistake)")
        try await server.process.waitUntilLogged(mistake.reason)
        let lines = server.process.log.split(separator: "\n").filter { $0.contains(mistake.reason) }
        print("    \(mistake.rawValue): \(lines.first ?? "")")
        #expect(lines.count == 1, "\(lines)")
        for password in [Stand.right, Stand.wrong] { #expect(!server.process.log.contains(password)) }
    }

    private static func status(_ node: QuotaNode, _ key: ServerClient.IssuedKey) async throws -> Int {
        try await node.client().send(.data, .GET, "/v1/authorize", secret: key.secret).status
    }
}

extension SecureCounterTests.Mistake {
    /// Whether it is the server's or a file's, and not the address's.
    fileprivate var canBeMended: Bool {
        switch self {
        case .wrongPassword, .noPasswordFile, .wrongAuthority, .noAuthority: true
        case .wrongName, .noTLS, .onlyTLS: false
        }
    }
}
