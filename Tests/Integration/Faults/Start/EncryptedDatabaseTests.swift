import Foundation
import NIOHTTP1
import TestSupport
import Testing

// # A PostgreSQL server by TLS
//
// The address names a host elsewhere, as its certificate does, and says beside that it is on loopback (libpq's `hostaddr`):
// so a server is judged as a remote one without a name service.

@Suite("A PostgreSQL server that is reached by TLS", .serialized)
struct EncryptedDatabaseTests {
    private let installation: Installation
    private let authority: String
    private let otherAuthority: String

    init() throws {
        installation = try Installation()
        authority = installation.file("authority.pem")
        otherAuthority = installation.file("other.pem")
        try Data(ServerCertificate.elsewhere.certificate.utf8).write(to: URL(fileURLWithPath: authority))
        try Data(ServerCertificate.here.certificate.utf8).write(to: URL(fileURLWithPath: otherAuthority))
    }

    private func address(
        _ server: PostgresServer, _ database: String, host: String = "elsewhere.example", authority: String,
        mode: String? = "verify-full"
    ) -> String {
        "postgres://\(PostgresServer.user)@\(host):\(server.port)/\(database)?hostaddr=127.0.0.1"
            + "&sslrootcert=\(authority)" + (mode.map { "&sslmode=\($0)" } ?? "")
    }

    private func expectRefused(_ url: String, _ server: PostgresServer, _ part: String) async throws {
        let process = try installation.launch(["--database", url], environment: server.environment)
        #expect(await process.ended == .exit(1), "\(process.log)")
        let errors = process.log.split(separator: "\n").filter { $0.hasPrefix("error: ") }
        #expect(errors.count == 1 && errors.first?.contains(part) == true, "\(process.log)")
        #expect(process.log.contains("fix: Check that the server runs"), "\(process.log)")
        #expect(process.log.contains("sslrootcert"), "\(process.log)")
        #expect(!process.log.contains(server.password))
        print("    \(errors.first ?? "")")
    }

    @Test("is used if its certificate is right, and refused at the start if that is not, or there is none")
    func encrypted() async throws {
        let server = try await PostgresServer.start()
        let database = try await server.makeDatabase()
        // A host elsewhere must have TLS, whether the address says so or not.
        for mode in ["verify-full", nil] {
            let plain = address(server, database, authority: authority, mode: mode)
            try await expectRefused(plain, server, "does not support SSL")
        }
        try await server.encrypt(with: .elsewhere)
        try await expectRefused(
            address(server, database, authority: otherAuthority), server, "certificate verify failed")
        try await expectRefused(
            address(server, database, host: "db.example", authority: authority), server,
            #"server certificate for "elsewhere.example" does not match host name "db.example""#)
        try await expectRefused(
            address(server, database, authority: installation.file("none.pem")), server, "does not exist")
        #expect(try await server.run("SELECT to_regnamespace('lanyard') IS NULL", in: database) == "t\n")

        for mode in ["verify-full", nil] {
            let url = address(server, database, authority: authority, mode: mode)
            let node = try await installation.start(["--database", url], environment: server.environment)
            let key = try await node.client.createKey(mode ?? "usual")
            #expect(try await node.client.verify([key.secret]) == ["ok"])
            let unencrypted = """
                SELECT count(*) FILTER (WHERE NOT ssl), count(*) > 2 FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
                WHERE usename = '\(PostgresServer.user)'
                """
            #expect(try await server.run(unencrypted) == "0|t\n")
            #expect(await node.stop() == .exit(0))
        }
        try await server.stop()
    }
}
