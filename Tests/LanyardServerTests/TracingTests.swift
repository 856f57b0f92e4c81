import AsyncHTTPClient
import Foundation
import LanyardServer
import NIOCore
import NIOHTTP1
import TestSupport
import Testing

@Suite("Requests that are found again", .timeLimit(.minutes(TestRun.minutes(1))))
struct TracingTests {
    private let trace = "4bf92f3577b34da6a3ce929d0e0e4736"

    @Test("the lines of the log about a request have its id and its trace, on both listeners")
    func lines() async throws {
        let test = try TestServer()
        let server = try await test.start()
        let calls = [
            ("data-1", "http://\(server.addresses.data)/v1/self"),
            ("admin-1", "http://\(server.addresses.admin)/v1/keys"),
            ("admin-2", "http://\(server.addresses.admin)/v1/keys/nothing"),
        ]
        for (id, url) in calls {
            for (field, isTraced) in [("00-\(trace)-00f067aa0ba902b7-01", true), ("00-\(trace)-0-01", false)] {
                let name = "\(id)-\(isTraced)"
                var request = HTTPClientRequest(url: url)
                request.headers = [
                    "Authorization": "Bearer \(try test.adminSecret)", "X-Request-Id": name, "traceparent": field,
                ]
                let response = try await HTTPClient.shared.execute(request, timeout: .seconds(TestRun.seconds(20)))
                #expect(response.headers["X-Request-Id"] == [name])
                let line = try #require(test.log.lines(with: name).first)
                #expect(line.contains("request_id=\(name)"))
                #expect(line.contains("trace_id=\(trace)") == isTraced, "\(line)")
            }
        }
        try await server.stop()
    }

    @Test("the bytes of bodies that are kept are told while they are")
    func bodyBytes() async throws {
        let test = try TestServer()
        let server = try await test.start()
        let connection = try await RawConnection.connect(to: server.addresses.data)
        try await connection.send(
            "POST /v1/verify HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(try test.adminSecret)\r\n"
                + "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"secret")
        func metrics() async throws -> String { try await get("http://\(server.addresses.admin)/metrics").body }
        try await eventually("the body is kept") { try await metrics().contains("lanyard_body_bytes 8\n") }
        try await connection.close()
        try await eventually("the body is not kept") { try await metrics().contains("lanyard_body_bytes 0\n") }
        try await server.stop()
    }
}
