import Foundation
import LanyardCore
import Logging
import NIOCore
import NIOSSL
import TestSupport
import Testing

@testable import LanyardDataPlane

@Suite("TLS", .timeLimit(.minutes(TestRun.minutes(1))))
struct TLSTests {
    /// A folder of its own with a certificate and its key.
    private func withFiles(_ body: (CertificateFiles) async throws -> Void) async throws {
        let files = try CertificateFiles()
        defer { files.remove() }
        try await body(files)
    }

    private func client(trusting certificates: TestCertificate...) throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        let roots = try certificates.flatMap { try NIOSSLCertificate.fromPEMBytes(Array($0.certificate.utf8)) }
        configuration.trustRoots = .certificates(roots)
        return try NIOSSLContext(configuration: configuration)
    }

    @Test("requests are answered over TLS, a refusal reaches its client, and a client that closes gets its answers")
    func serving() async throws {
        try await withFiles { files in
            let source = try files.source()
            let tls = try client(trusting: .first)
            try await withServer(tls: tls, configure: { $0.certificates = source }) { server in
                let secret = Secret.make()
                server.decisions.add(secret)
                #expect(try await server.ask("GET", "/v1/authorize", key: secret).status == 200)
                let connection = try await server.connect()
                let health = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
                try await connection.send(String(repeating: health, count: 500) + "NONSENSE\r\n\r\n")
                let answers = RawAnswer.parse(Array(await connection.untilClosed().utf8))
                #expect(answers.count == 501)
                #expect(answers.last?.status == 400)
            }
        }
    }

    @Test("a client that never shakes hands, or sends nothing after it, is cut off after the time of a head")
    func silence() async throws {
        try await withFiles { files in
            let source = try files.source()
            try await withServer(configure: {
                $0.certificates = source
                $0.connection.headTimeout = .milliseconds(100)
            }) { server in
                let silent = try await RawConnection.open(server.address)
                #expect(await silent.untilClosed().isEmpty)
                let tls = try client(trusting: .first)
                let idle = try await RawConnection.open(server.address, tls: tls)
                #expect(await idle.untilClosed().isEmpty)
            }
        }
    }

    @Test("a new certificate serves from the next connection on, and those that are open go on")
    func reloading() async throws {
        try await withFiles { files in
            let source = try files.source()
            try await withServer(configure: { $0.certificates = source }) { server in
                let request = requestText("GET", "/healthz")
                let old = try await RawConnection.open(server.address, tls: try client(trusting: .first))
                try await old.send(request)
                #expect(await old.answer()?.status == 200)

                try files.write(.second)
                source.reloadIfChanged()
                let new = try await RawConnection.open(server.address, tls: try client(trusting: .second))
                try await new.send(request)
                #expect(await new.answer()?.status == 200)
                try await old.send(request)
                #expect(await old.answers(2).count == 2)
                try await old.close()
                try await new.close()
            }
        }
    }

    @Test("files that can't be used leave the old certificate in place, and are told once")
    func badReload() async throws {
        try await withFiles { files in
            let log = CapturedLog()
            let source = try files.source(logger: log.logger("tls"))
            try await withServer(tls: try client(trusting: .first), configure: { $0.certificates = source }) { server in
                let broken: [() throws -> Void] = [
                    { try files.write(certificate: "nonsense") },
                    { try files.write(certificate: TestCertificate.second.certificate) },
                    { try files.removeKey() },
                ]
                for (index, breakFiles) in broken.enumerated() {
                    try breakFiles()
                    source.reloadIfChanged()
                    source.reloadIfChanged()
                    #expect(log.lines.count { $0.hasPrefix("error") } == index + 1)
                    #expect(try await server.ask("GET", "/healthz").status == 200)
                }
                #expect(!log.lines.contains { $0.contains("PRIVATE") })
            }
        }
    }

    @Test("files that don't belong together are refused from the start")
    func badStart() async throws {
        try await withFiles { files in
            try files.write(certificate: TestCertificate.second.certificate)
            #expect(throws: (any Error).self) { try files.source() }
        }
    }
}

private struct CertificateFiles {
    private let folder: URL
    private var certificate: URL { folder.appending(path: "server.pem") }
    private var key: URL { folder.appending(path: "server.key") }

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "lanyard-tls-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try write(.first)
    }

    func write(_ pair: TestCertificate) throws {
        try write(certificate: pair.certificate)
        try Data(pair.key.utf8).write(to: key, options: .atomic)
    }

    func write(certificate text: String) throws {
        try Data(text.utf8).write(to: certificate, options: .atomic)
    }

    func removeKey() throws {
        try FileManager.default.removeItem(at: key)
    }

    func remove() {
        try? FileManager.default.removeItem(at: folder)
    }

    func source(logger: Logger = Logger(label: "tls") { _ in SwiftLogNoOpLogHandler() }) throws -> TLSCertificateSource
    {
        try TLSCertificateSource(certificatePath: certificate.path(), keyPath: key.path(), logger: logger)
    }
}
