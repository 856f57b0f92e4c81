import LanyardCore
import LanyardManagement
import Logging
import NIOCore
import NIOSSL
import TestSupport
import Testing

@testable import LanyardDataPlane

/// Runs a server on a free port for as long as `body` takes, and shuts it down.
func withListener(
    _ decisions: any DecisionService, _ management: Management? = nil, tls: NIOSSLContext? = nil,
    logger: Logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
    configure: (inout DataPlaneConfiguration) -> Void = { _ in },
    _ body: (Listener) async throws -> Void
) async throws {
    var configuration = DataPlaneConfiguration()
    configuration.host = "127.0.0.1"
    configuration.port = 0
    configuration.eventLoops = 1
    // Beyond what the busiest machine takes, even to shake hands: tests of these set their own.
    configuration.parking.deadline = .seconds(50)
    configuration.connection.headTimeout = .seconds(TestRun.seconds(50))
    configure(&configuration)
    let server = DataPlaneServer(
        decisions: decisions, management: management, configuration: configuration, logger: logger)
    let running = Task { try await server.run() }
    let outcome: Result<Void, any Error>
    do {
        let address = try await server.boundAddress
        let bodies = server.bodies
        let listener = Listener(address: address, tls: tls, stop: { running.cancel() }, heldBodyBytes: { bodies.held })
        outcome = .success(try await body(listener))
    } catch {
        outcome = .failure(error)
    }
    running.cancel()
    try await running.value
    try outcome.get()
}

/// Runs a server on keys in memory.
func withServer(
    tls: NIOSSLContext? = nil, logger: Logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
    configure: (inout DataPlaneConfiguration) -> Void = { _ in }, _ body: (LiveServer) async throws -> Void
) async throws {
    let decisions = MemoryDecisions()
    try await withListener(decisions, tls: tls, logger: logger, configure: configure) { listener in
        try await body(LiveServer(decisions: decisions, listener: listener))
    }
}

/// A server that listens.
struct Listener {
    let address: SocketAddress
    let tls: NIOSSLContext?
    /// Asks it to shut down.
    let stop: () -> Void
    /// The bytes of bodies that are kept at present.
    let heldBodyBytes: () -> Int

    func connect() async throws -> RawConnection {
        try await RawConnection.open(address, tls: tls)
    }

    /// Sends one request on a connection of its own.
    func ask(_ request: String) async throws -> RawAnswer {
        let connection = try await connect()
        try await connection.send(request)
        let answer = try #require(await connection.answer())
        try await connection.close()
        return answer
    }

    /// A request by its parts. `Host` and, with a body, `Content-Length` and `Content-Type` are added.
    func ask(
        _ method: String, _ target: String, key: Secret? = nil, _ fields: [String] = [], body: String? = nil
    ) async throws -> RawAnswer {
        let connection = try await connect()
        try await connection.send(requestText(method, target, key: key, fields, body: body))
        let answer = try #require(await connection.answers(1, omittingBodies: method == "HEAD").first)
        try await connection.close()
        return answer
    }
}

/// A server on keys in memory.
@dynamicMemberLookup
struct LiveServer {
    let decisions: MemoryDecisions
    let listener: Listener

    subscript<Value>(dynamicMember path: KeyPath<Listener, Value>) -> Value { listener[keyPath: path] }

    func connect() async throws -> RawConnection { try await listener.connect() }

    func ask(_ request: String) async throws -> RawAnswer { try await listener.ask(request) }

    func ask(
        _ method: String, _ target: String, key: Secret? = nil, _ fields: [String] = [], body: String? = nil
    ) async throws -> RawAnswer {
        try await listener.ask(method, target, key: key, fields, body: body)
    }
}

func requestText(
    _ method: String, _ target: String, key: Secret? = nil, _ fields: [String] = [], body: String? = nil
) -> String {
    var lines = ["\(method) \(target) HTTP/1.1", "Host: example.org"] + fields
    if let key { lines.append("Authorization: Bearer \(key.reveal())") }
    if let body {
        lines.append("Content-Length: \(body.utf8.count)")
        if !fields.contains(where: { $0.hasPrefix("Content-Type") }) { lines.append("Content-Type: application/json") }
    }
    return lines.joined(separator: "\r\n") + "\r\n\r\n" + (body ?? "")
}

extension Secret {
    static func make() -> Secret { .generate(prefix: .lyd, environment: .live) }
}
