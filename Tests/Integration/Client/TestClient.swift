import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import TestSupport

/// Sends calls to a node's listeners.
struct TestClient: Sendable {
    let data: String
    let admin: String
    let traffic: Traffic

    /// What no call needs; one that takes longer hangs.
    private static let patience = TimeAmount.seconds(TestRun.seconds(30))
    private static let largestAnswer = 32 << 20

    func send(_ call: Call) async throws -> Answer {
        var request = HTTPClientRequest(url: url(call))
        request.method = call.method
        request.headers = call.headers
        if let body = call.body { request.body = .bytes(body.bytes) }
        return try await execute(request)
    }

    /// Sends a body in pieces, as they come.
    func send(_ call: Call, pieces: some AsyncSequence<ByteBuffer, any Error> & Sendable) async throws -> Answer {
        var request = HTTPClientRequest(url: url(call))
        request.method = call.method
        request.headers = call.headers
        request.body = .stream(pieces, length: .unknown)
        return try await execute(request)
    }

    private func execute(_ request: HTTPClientRequest) async throws -> Answer {
        let response = try await HTTPClient.shared.execute(request, timeout: Self.patience)
        let body = try await response.body.collect(upTo: Self.largestAnswer)
        let answer = Answer(
            status: Int(response.status.code), headers: response.headers, body: Array(body.readableBytesView))
        traffic.record(answer)
        return answer
    }

    private func url(_ call: Call) -> String {
        switch call.listener {
        case .data: "http://\(data)\(call.target)"
        case .admin: "http://\(admin)\(call.target)"
        }
    }

    /// The address of a listener, as `host:port`.
    func address(of listener: Call.Listener) -> String {
        switch listener {
        case .data: data
        case .admin: admin
        }
    }
}
