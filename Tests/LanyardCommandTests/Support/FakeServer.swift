import HTTPTypes
import Hummingbird
import HummingbirdTLS
import LanyardWire
import Logging
import NIOCore
import NIOSSL
import Synchronization

@testable import LanyardCommand

/// A server that answers as a test tells it to, and remembers what it was asked.
struct FakeServer: Sendable {
    /// A request as it came.
    struct Received: Sendable, CustomStringConvertible {
        let method: String
        /// With its query.
        let target: String
        let headers: HTTPFields
        let body: String

        var description: String { "\(method) \(target)" }

        /// The body as JSON; null where it is none.
        var json: JSONValue { (try? JSONParser.parse(Array(body.utf8))) ?? .null }

        func header(_ name: String) -> String? {
            HTTPField.Name(name).flatMap { headers[$0] }
        }
    }

    struct Answer: Sendable {
        var status = 200
        var type = "application/json"
        var headers: [String: String] = [:]
        var body = ""
        /// Breaks the connection off behind the body.
        var isCut = false

        static func json(_ body: String, status: Int = 200) -> Answer {
            Answer(status: status, body: body)
        }

        static func problem(
            _ code: String, status: Int, detail: String = "It is so.", more: String = "", requestID: String? = nil
        ) -> Answer {
            Answer(
                status: status, type: "application/problem+json",
                headers: requestID.map { ["X-Request-Id": $0] } ?? [:],
                body: """
                    {"type":"urn:lanyard:problem:\(code)","title":"A title","status":\(status),"code":"\(code)",\
                    "detail":"\(detail)"\(more)}
                    """)
        }
    }

    typealias Handler = @Sendable (_ request: Received, _ number: Int) async throws -> Answer
    /// Answers to an import while its request is still coming.
    typealias Streamer =
        @Sendable (_ body: Hummingbird.RequestBody, _ writer: inout any ResponseBodyWriter) async throws -> Void

    let url: String
    private let log: RequestLog

    var requests: [Received] { log.requests }

    // MARK: Running

    /// Runs a server while `body` does.
    static func run<R: Sendable>(
        tls: TLSConfiguration? = nil, _ handler: @escaping Handler, _ body: (FakeServer) async throws -> R
    ) async throws -> R {
        let log = RequestLog()
        return try await run(tls: tls, log: log, body) { request in
            try await answer(request, log: log, handler)
        }
    }

    /// Runs a server that takes imports while `body` does.
    static func run<R: Sendable>(
        importing streamer: @escaping Streamer, _ body: (FakeServer) async throws -> R
    ) async throws -> R {
        let log = RequestLog()
        return try await run(tls: nil, log: log, body) { request in
            streaming(request, log: log, streamer)
        }
    }

    private static func run<R: Sendable>(
        tls: TLSConfiguration?, log: RequestLog, _ body: (FakeServer) async throws -> R,
        respond: @escaping @Sendable (Request) async throws -> Response
    ) async throws -> R {
        let (ports, announce) = AsyncStream.makeStream(of: Int.self)
        let responder = CallbackResponder<BasicRequestContext> { request, _ in try await respond(request) }
        var logger = Logger(label: "fake")
        logger.logLevel = .critical
        let application = Application(
            responder: responder, server: try tls.map { try .tls(.http1(), tlsConfiguration: $0) } ?? .http1(),
            configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in
                announce.yield(channel.localAddress?.port ?? 0)
                announce.finish()
            }, logger: logger)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await application.run() }
            defer { group.cancelAll() }
            let port = await ports.first { _ in true } ?? 0
            return try await body(FakeServer(url: "\(tls == nil ? "http" : "https")://127.0.0.1:\(port)", log: log))
        }
    }

    private static func answer(_ request: Request, log: RequestLog, _ handler: Handler) async throws -> Response {
        let body = try await request.body.collect(upTo: 1 << 20)
        let number = log.append(received(request, body: String(buffer: body)))
        guard let last = log.requests.last else { return Response(status: .internalServerError) }
        let answer = try await handler(last, number)
        var headers: HTTPFields = [.contentType: answer.type]
        for (name, value) in answer.headers {
            if let name = HTTPField.Name(name) { headers[name] = value }
        }
        let content = ResponseBody { writer in
            try await writer.write(ByteBuffer(string: answer.body))
            if answer.isCut { throw Cut() }
            try await writer.finish(nil)
        }
        let status = HTTPResponse.Status(code: answer.status)
        if status == .noContent { return Response(status: status, headers: headers) }
        return Response(status: status, headers: headers, body: content)
    }

    private static func streaming(_ request: Request, log: RequestLog, _ streamer: @escaping Streamer) -> Response {
        log.append(received(request, body: ""))
        let body = ResponseBody { writer in
            var erased: any ResponseBodyWriter = writer
            try await streamer(request.body, &erased)
            try await erased.finish(nil)
        }
        return Response(status: .ok, headers: [.contentType: "application/x-ndjson"], body: body)
    }

    private static func received(_ request: Request, body: String) -> Received {
        Received(
            method: request.method.rawValue, target: request.uri.string, headers: request.headers, body: body)
    }

    /// Thrown to break a connection off.
    struct Cut: Error {}
}

/// What a server was asked, in the order in which it came.
private final class RequestLog: Sendable {
    private let entries = Mutex<[FakeServer.Received]>([])

    var requests: [FakeServer.Received] { entries.withLock { $0 } }

    /// - Returns: the request's number, from 1.
    @discardableResult
    func append(_ request: FakeServer.Received) -> Int {
        entries.withLock { entries in
            entries.append(request)
            return entries.count
        }
    }
}
