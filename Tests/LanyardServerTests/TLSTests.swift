import AsyncHTTPClient
import Foundation
import LanyardServer
import Testing

@Suite("TLS")
struct TLSTests {
    @Test("both listeners speak it, and nothing else")
    func both() async throws {
        var test = try TestServer()
        let authority = try Fixture.path("server.pem")
        test.configuration.tls = .init(certificate: authority, privateKey: try Fixture.path("server.key"))
        let server = try await test.start()
        try await withTLSClient(trusting: authority) { client in
            for address in [server.addresses.data, server.addresses.admin] {
                try await expectServed("https://\(address)/healthz", client)
            }
        }
        for address in [server.addresses.data, server.addresses.admin] {
            await #expect(throws: (any Error).self) { try await get("http://\(address)/healthz") }
        }
        try await server.stop()
    }

    @Test("with client authorities, the admin listener lets in only who shows a certificate; callers need none")
    func clientCertificates() async throws {
        var test = try TestServer()
        let authority = try Fixture.path("server.pem")
        test.configuration.tls = .init(
            certificate: authority, privateKey: try Fixture.path("server.key"),
            clientAuthorities: try Fixture.path("authority.pem"))
        let server = try await test.start()
        let own = (chain: try Fixture.path("client.pem"), key: try Fixture.path("client.key"))
        let foreign = (chain: try Fixture.path("renewed.pem"), key: try Fixture.path("renewed.key"))
        let admin = "https://\(server.addresses.admin)/healthz"
        try await withTLSClient(trusting: authority, showing: own) { client in
            try await expectServed(admin, client)
        }
        try await withTLSClient(trusting: authority, showing: foreign) { client in
            await #expect(throws: (any Error).self) { try await get(admin, client: client) }
        }
        try await withTLSClient(trusting: authority) { client in
            await #expect(throws: (any Error).self) { try await get(admin, client: client) }
            try await expectServed("https://\(server.addresses.data)/healthz", client)
        }
        try await server.stop()
    }
}
