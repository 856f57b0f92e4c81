import AsyncHTTPClient
import Foundation
import LanyardCore
import LanyardWire
import NIOCore
import NIOHTTP1
import NIOSSL

/// Asks a Lanyard server.
///
/// Redirects are not followed, for the key would go along. What may be repeated without harm is repeated a few times
/// where the connection fails, with the same `Idempotency-Key` where one is needed for that. Answers are bounded in
/// size and time.
struct APIClient: Sendable {
    /// More than a page of the largest keys.
    static let longestAnswer = 64 << 20
    /// A page of 200 keys with all lists full is larger than what a server takes as one request.
    static let limits = JSONLimits(depth: 64, members: 100_000, values: 5_000_000)

    let configuration: TransportConfiguration
    private let http: HTTPClient
    private let console: Console

    /// - Parameter isStreaming: whether a silence of any length may lie between two pieces of an answer.
    init(_ configuration: TransportConfiguration, console: Console, isStreaming: Bool = false) {
        self.configuration = configuration
        self.console = console
        var settings = HTTPClient.Configuration(
            tlsConfiguration: configuration.tls, redirectConfiguration: .disallow,
            timeout: .init(
                connect: TimeAmount(configuration.connectTimeout),
                read: isStreaming ? nil : TimeAmount(configuration.timeout)))
        settings.httpVersion = .http1Only
        // We count the attempts ourselves, and say what failed.
        settings.connectionPool.retryConnectionEstablishment = false
        http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: settings)
    }

    /// Closes the connections. To be called once, at the end.
    func close() async {
        // There is nothing left that could be lost.
        try? await http.shutdown()
    }

    var endpoint: Endpoint { configuration.endpoint }

    // MARK: Calls

    func send(_ request: APIRequest) async throws(CommandFailure) -> APIAnswer {
        var attempt = 1
        while true {
            let failure: CommandFailure
            do {
                return try await sendOnce(request)
            } catch {
                failure = error
            }
            guard mayRepeat(request, after: failure, attempt: attempt),
                let wait = Backoff.call.wait(after: attempt, asked: failure.askedWait)
            else { throw failure }
            try await pause(wait)
            attempt += 1
        }
    }

    /// Whether the same call may be sent again.
    private func mayRepeat(_ request: APIRequest, after failure: CommandFailure, attempt: Int) -> Bool {
        if failure.isBeforeSending, failure.isOfConnection { return true }
        guard request.isRepeatable else { return false }
        if failure.isOfConnection { return true }
        guard case .problem(let problem) = failure else { return false }
        if problem.code == "unavailable" { return true }
        // The first attempt, whose answer was lost, is still running. What is in the way otherwise has an id.
        return problem.code == "conflict" && problem.id == nil && request.idempotencyKey != nil && attempt > 1
    }

    func pause(_ duration: Duration) async throws(CommandFailure) {
        do { try await console.sleep(duration) } catch { throw .cancelled }
    }

    private func sendOnce(_ request: APIRequest) async throws(CommandFailure) -> APIAnswer {
        var message = HTTPClientRequest(url: endpoint.url(path: request.path, query: request.query))
        message.method = request.method
        message.headers = headers(accept: request.accept)
        if let key = request.idempotencyKey { message.headers.add(name: "Idempotency-Key", value: key) }
        if let body = request.body {
            message.headers.add(name: "Content-Type", value: "application/json")
            message.body = .bytes(ByteBuffer(bytes: body.bytes()))
        }
        let response = try await execute(message, timeout: configuration.timeout)
        return try await answer(response)
    }

    private func answer(_ response: HTTPClientResponse) async throws(CommandFailure) -> APIAnswer {
        let bytes = try await body(of: response)
        guard (200..<300).contains(response.status.code) else { throw failure(of: response, body: bytes) }
        if bytes.isEmpty { return APIAnswer(bytes: [], json: .null) }
        do {
            return APIAnswer(bytes: bytes, json: try JSONParser.parse(bytes, limits: Self.limits))
        } catch {
            throw .unexpectedAnswer(endpoint, status: response.status.code, detail: "and not with JSON")
        }
    }

    // MARK: Streams

    /// Sends a message and returns as soon as the head of the answer is there. An answer that isn't 2xx is thrown.
    func stream(_ message: HTTPClientRequest, timeout: Duration?) async throws(CommandFailure) -> HTTPClientResponse {
        let response = try await execute(message, timeout: timeout)
        guard (200..<300).contains(response.status.code) else {
            throw failure(of: response, body: try await body(of: response))
        }
        return response
    }

    /// A message to be streamed, with the headers that every message has.
    func message(_ request: APIRequest) -> HTTPClientRequest {
        var message = HTTPClientRequest(url: endpoint.url(path: request.path, query: request.query))
        message.method = request.method
        message.headers = headers(accept: request.accept)
        return message
    }

    // MARK: Parts

    private func headers(accept: String) -> HTTPHeaders {
        [
            "Authorization": "Bearer \(configuration.key.secret.reveal())", "Accept": accept,
            "User-Agent": "lanyard-cli",
        ]
    }

    private func execute(
        _ message: HTTPClientRequest, timeout: Duration?
    ) async throws(CommandFailure) -> HTTPClientResponse {
        do {
            return try await http.execute(
                message, deadline: timeout.map { .now() + TimeAmount($0) } ?? .distantFuture)
        } catch {
            throw failure(of: error)
        }
    }

    private func body(of response: HTTPClientResponse) async throws(CommandFailure) -> [UInt8] {
        do {
            return Array(buffer: try await response.body.collect(upTo: Self.longestAnswer))
        } catch {
            throw failure(of: error)
        }
    }

    private func failure(of response: HTTPClientResponse, body: [UInt8]) -> CommandFailure {
        let requestID = response.headers.first(name: "X-Request-Id")
        guard let json = try? JSONParser.parse(body, limits: Self.limits),
            var problem = Problem(json, requestID: requestID)
        else {
            let type = response.headers.first(name: "Content-Type") ?? "nothing that says what it is"
            return .unexpectedAnswer(endpoint, status: response.status.code, detail: "with \(type)")
        }
        if response.status == .unauthorized || response.status == .forbidden {
            problem.note = "The key that was presented came from \(configuration.key.origin)."
        }
        return .problem(problem)
    }

    /// What an error of the transport means to the user.
    func failure(of error: any Error) -> CommandFailure {
        switch error {
        case let failure as CommandFailure: failure
        case let error as HTTPClientError: failure(of: error)
        case is NIOSSLError, is BoringSSLError, is NIOSSLExtraError:
            .insecure(endpoint, detail: "the handshake failed (\(String(describing: error)))")
        case is NIOTooManyBytesError:
            .unexpectedAnswer(endpoint, status: 200, detail: "with more than \(Self.longestAnswer) bytes")
        case is CancellationError: .cancelled
        case let error as IOError:
            Self.isOfConnecting(error.errnoCode) ? .unreachable(endpoint) : .connectionLost(endpoint)
        case is ChannelError, is HTTPParserError: .connectionLost(endpoint)
        // What remains are the errors of connecting: refused, unreachable, a name that doesn't resolve.
        default: .unreachable(endpoint)
        }
    }

    /// Whether `connect(2)` fails so, and reading and writing don't.
    private static func isOfConnecting(_ code: CInt) -> Bool {
        [ECONNREFUSED, ENETUNREACH, EHOSTUNREACH, EADDRNOTAVAIL, ENETDOWN, EHOSTDOWN].contains(code)
    }

    private func failure(of error: HTTPClientError) -> CommandFailure {
        switch error {
        case .connectTimeout: .unreachable(endpoint)
        case .deadlineExceeded, .readTimeout, .writeTimeout: .timedOut(endpoint, after: configuration.timeout)
        case .tlsHandshakeTimeout: .insecure(endpoint, detail: "the handshake took too long")
        case .cancelled: .cancelled
        case .invalidURL, .emptyHost, .emptyScheme:
            .usage("\(endpoint.listener.option) (or \(endpoint.listener.variable)) is not a usable URL.")
        default: .connectionLost(endpoint)
        }
    }
}

extension CommandFailure {
    /// How long the server asks to wait.
    fileprivate var askedWait: Duration? {
        if case .problem(let problem) = self { problem.retryAfter } else { nil }
    }
}
