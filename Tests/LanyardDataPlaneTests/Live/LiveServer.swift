import LanyardCore
import Logging
import NIOCore
import NIOSSL
import Testing

@testable import LanyardDataPlane

/// Runs a server on a free port for as long as `body` takes, and shuts it down.
func withServer(
    _ decisions: MemoryDecisions = MemoryDecisions(), tls: NIOSSLContext? = nil,
    configure: (inout DataPlaneConfiguration) -> Void = { _ in },
    logger: Logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
    _ body: (LiveServer) async throws -> Void
) async throws {
    var configuration = DataPlaneConfiguration()
    configuration.host = "127.0.0.1"
    configuration.port = 0
    configuration.eventLoops = 1
    configure(&configuration)
    let server = DataPlaneServer(
        decisions: decisions, management: nil, configuration: configuration, logger: logger)
    try await withThrowingTaskGroup { group in
        group.addTask { try await server.run() }
        let address = try await server.boundAddress
        try await body(LiveServer(decisions: decisions, address: address, tls: tls))
        group.cancelAll()
        while let result = await group.nextResult() { try result.get() }
    }
}

struct LiveServer {
    let decisions: MemoryDecisions
    let address: SocketAddress
    let tls: NIOSSLContext?

    func connect() async throws -> RawConnection {
        try await RawConnection.open(address, tls: tls)
    }

    /// Sends one request on a connection of its own, and returns its answer and whether the connection then closed.
    func ask(_ request: String) async throws -> RawAnswer {
        let connection = try await connect()
        try await connection.send(request)
        let answer = try #require(await connection.answer())
        try await connection.close()
        return answer
    }

    /// A request by its parts. `Host` and `Content-Length` are added.
    func ask(
        _ method: String, _ target: String, key: Secret? = nil, _ fields: [String] = [], body: String? = nil
    ) async throws -> RawAnswer {
        try await ask(requestText(method, target, key: key, fields, body: body))
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
