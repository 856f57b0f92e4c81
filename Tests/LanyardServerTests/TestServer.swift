import AsyncHTTPClient
import Foundation
import LanyardServer
import LanyardTelemetry
import Logging
import NIOCore
import NIOHTTP1
import NIOSSL
import Synchronization
import TestSupport
import Testing

/// What a server logs, kept for a test to read.
final class KeptLog: LogOutput {
    private let kept = Mutex<[UInt8]>([])

    func write(_ line: [UInt8]) { kept.withLock { $0 += line } }

    var text: String { String(decoding: kept.withLock { $0 }, as: UTF8.self) }

    func lines(with part: String) -> [Substring] { text.split(separator: "\n").filter { $0.contains(part) } }
}

/// A folder for a server, and what it is told there.
struct TestServer {
    let folder: TemporaryFolder
    let log = KeptLog()
    var configuration: ServerConfiguration

    init() throws {
        folder = try TemporaryFolder()
        configuration = Self.configuration(in: folder.path)
    }

    static func configuration(in folder: String) -> ServerConfiguration {
        var configuration = ServerConfiguration()
        configuration.data = ListenAddress(host: "127.0.0.1", port: 0)
        configuration.admin = ListenAddress(host: "127.0.0.1", port: 0)
        configuration.database = .sqlite(path: "\(folder)/lanyard.sqlite")
        configuration.adminKeyFile = "\(folder)/admin.key"
        configuration.readyFile = "\(folder)/ready.json"
        configuration.threads = 1
        configuration.logLevel = .debug
        return configuration
    }

    func start() async throws -> RunningServer {
        try await RunningServer.start(configuration, telemetry: ServerTelemetry(configuration, output: log))
    }

    /// Starts a server that must not start, and returns why it did not.
    func failure() async throws -> StartFailure {
        do {
            let server = try await start()
            try await server.stop()
        } catch let failure as StartFailure {
            return failure
        }
        throw ShouldNotStart()
    }

    struct ShouldNotStart: Error {}

    var adminSecret: String {
        get throws {
            try String(contentsOfFile: configuration.adminKeyFile, encoding: .utf8)
                .trimmingCharacters(in: .newlines)
        }
    }

}

/// Files of the tests.
enum Fixture {
    static func path(_ name: String) throws -> String {
        try #require(Bundle.module.url(forResource: "Fixtures/\(name)", withExtension: nil)).path
    }
}

/// What a client of a server got.
struct Answer: Sendable {
    let status: UInt
    let body: String
}

func get(_ url: String, secret: String? = nil, client: HTTPClient = .shared) async throws -> Answer {
    var request = HTTPClientRequest(url: url)
    if let secret { request.headers.add(name: "Authorization", value: "Bearer \(secret)") }
    let response = try await client.execute(request, timeout: .seconds(TestRun.seconds(20)))
    let body = try await response.body.collect(upTo: 1 << 22)
    return Answer(status: response.status.code, body: String(buffer: body))
}

/// A request with a body or fields of its own.
func send(
    _ method: HTTPMethod, _ url: String, secret: String? = nil, json: String? = nil,
    fields: [(name: String, value: String)] = []
) async throws -> Answer {
    var request = HTTPClientRequest(url: url)
    request.method = method
    if let secret { request.headers.add(name: "Authorization", value: "Bearer \(secret)") }
    if let json {
        request.headers.add(name: "Content-Type", value: "application/json")
        request.body = .bytes(ByteBuffer(string: json))
    }
    for field in fields { request.headers.add(name: field.name, value: field.value) }
    let response = try await HTTPClient.shared.execute(request, timeout: .seconds(TestRun.seconds(20)))
    let body = try await response.body.collect(upTo: 1 << 22)
    return Answer(status: response.status.code, body: String(buffer: body))
}

/// Runs `body` with a client that knows certain certificates.
func withTLSClient(
    trusting authority: String, showing certificate: (chain: String, key: String)? = nil,
    _ body: (HTTPClient) async throws -> Void
) async throws {
    var tls = TLSConfiguration.makeClientConfiguration()
    tls.trustRoots = .file(authority)
    if let certificate {
        tls.certificateChain = try NIOSSLCertificate.fromPEMFile(certificate.chain).map { .certificate($0) }
        tls.privateKey = .privateKey(try NIOSSLPrivateKey(file: certificate.key, format: .pem))
    }
    var configuration = HTTPClient.Configuration(tlsConfiguration: tls)
    configuration.timeout.connect = .seconds(TestRun.seconds(5))
    let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    do {
        try await body(client)
    } catch {
        try await client.shutdown()
        throw error
    }
    try await client.shutdown()
}

/// A closure that only throws within `#expect` is not taken for one that throws.
func expectServed(_ url: String, _ client: HTTPClient) async throws {
    #expect(try await get(url, client: client).status == 200)
}
