import Foundation
import LanyardCore
import LanyardManagement
import TestSupport
import Testing

@testable import LanyardServer

@Suite("Risky settings")
struct RiskySettingsTests {
    private func warnings(_ change: (inout ServerConfiguration) throws -> Void) rethrows -> [String] {
        var configuration = TestServer.configuration(in: "/nowhere")
        try change(&configuration)
        return RiskySettings.warnings(configuration)
    }

    @Test("the defaults are not warned about")
    func defaults() {
        #expect(warnings { _ in } == [])
    }

    @Test("an admin listener in the open is warned about, unless it speaks TLS")
    func adminListener() {
        for host in [nil, "0.0.0.0", "10.0.0.1", "::", "lanyard.internal"] {
            #expect(warnings { $0.admin = ListenAddress(host: host, port: 1) }.count == 1)
            let withTLS = warnings {
                $0.admin = ListenAddress(host: host, port: 1)
                $0.tls = .init(certificate: "c", privateKey: "k")
            }
            #expect(withTLS == [])
        }
        for host in ["127.0.0.1", "127.9.9.9", "::1", "localhost", "LOCALHOST", "::ffff:127.0.0.1"] {
            #expect(warnings { $0.admin = ListenAddress(host: host, port: 1) } == [], "\(host)")
        }
    }

    @Test("trusting everybody is warned about")
    func trustedProxies() throws {
        for (proxy, count) in [("0.0.0.0/0", 1), ("::/0", 1), ("10.0.0.0/8", 0), ("127.0.0.1/32", 0)] {
            let warnings = try warnings { $0.trustedProxies = [try CIDR(parsing: proxy)] }
            #expect(warnings.count == count, "\(proxy)")
        }
    }

    @Test("an admin secret that others may read is warned about")
    func readableSecret() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("secret", to: "admin.key")
        for (permissions, count) in [(0o644, 1), (0o640, 1), (0o604, 1), (0o600, 0)] {
            try FileManager.default.setAttributes([.posixPermissions: permissions], ofItemAtPath: path)
            #expect(warnings { $0.adminKeyFile = path }.count == count)
        }
    }

    @Test("a policy that reads keys from the query is warned about at each start, without its name")
    func queryPolicy() async throws {
        let test = try TestServer()
        let server = try await test.start()
        var draft = PolicyDraft(name: "legacy-of-acme")
        draft.keyFrom = [.bearer, .query("api_key")]
        let policy = try await server.management.createPolicy(draft, as: .operator)
        _ = try await server.management.createPolicy(PolicyDraft(name: "plain"), as: .operator)
        try await server.stop()
        #expect(test.log.lines(with: "from the query").isEmpty)
        try await test.start().stop()
        let lines = test.log.lines(with: "from the query")
        #expect(lines.count == 1)
        #expect(lines.first?.contains("\(policy.value.record.id)") == true)
        #expect(!test.log.text.contains("legacy-of-acme"))
    }
}
