import LanyardCore
import LanyardTesting
import NIOCore
import TestSupport
import Testing

@testable import LanyardDataPlane

@Suite("Hostile input", .timeLimit(.minutes(TestRun.minutes(2))))
struct HostileInputTests {
    private let seeds = [
        "GET /v1/authorize HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer lyd_live_x\r\n\r\n",
        "POST /v1/verify HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 13\r\n\r\n{\"secret\":\"\"}",
        "POST /v1/finish HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n{\"a\r\n2;x=y\r\n\":\r\n0\r\nT: u\r\n\r\n",
        "GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
        "HEAD /v1/self HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 0\r\n\r\n",
        "GET http://a/v1/authorize/p/x/y?z HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n",
    ]
    private let pieces: [[UInt8]] = [
        "\r\n", "\n", "\r", "\0", " ", ":", "\t", "\r\n\r\n", "chunked", "Transfer-Encoding: chunked\r\n",
        "ffffffffffffffff",
        "Content-Length: 1\r\n", "HTTP/1.1", "é", "%00", "\u{7f}", "0\r\n\r\n", "Host: b\r\n", "Connection: close\r\n",
    ].map { Array($0.utf8) }

    private func mutated(_ generator: inout SeededGenerator) -> [UInt8] {
        var bytes: [UInt8] = []
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
            bytes += Array((seeds.randomElement(using: &generator) ?? "").utf8)
        }
        for _ in 0..<Int.random(in: 0...4, using: &generator) {
            let place = Int.random(in: 0..<bytes.count, using: &generator)
            switch Int.random(in: 0..<4, using: &generator) {
            case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
            case 1: bytes.insert(contentsOf: pieces.randomElement(using: &generator) ?? [], at: place)
            case 2: bytes.removeSubrange(place..<min(bytes.count, place + 3))
            default: bytes.removeSubrange(place...)
            }
            if bytes.isEmpty { bytes = [UInt8(ascii: "x")] }
        }
        return bytes
    }

    @Test("whatever is sent, what comes back are whole answers, the connection ends, and the server serves on")
    func mutations() async throws {
        var generator = SeededGenerator(seed: 20_261_121)
        try await withServer(configure: {
            $0.connection.lingerTimeout = .milliseconds(50)
            $0.connection.headTimeout = .milliseconds(500)
            $0.connection.bodyTimeout = .milliseconds(500)
        }) { server in
            for round in 0..<300 {
                let bytes = mutated(&generator)
                let connection = try await server.connect()
                // Whole, or in two pieces: a parser must not care.
                let cut = Bool.random(using: &generator) ? Int.random(in: 0...bytes.count, using: &generator) : 0
                try? await connection.send(bytes[..<cut])
                try? await connection.send(bytes[cut...])
                try? await connection.closeOutput()
                let text = await connection.untilClosed()
                let statuses = RawAnswer.parse(Array(text.utf8), omittingBodies: true).map(\.status)
                let known: Set = [100, 200, 400, 401, 403, 404, 405, 408, 413, 414, 415, 417, 431]
                #expect(Set(statuses).isSubset(of: known), "round \(round): \(statuses)")
                #expect(text.isEmpty || text.hasPrefix("HTTP/1.1 "), "round \(round)")
            }
            #expect(try await server.ask("GET", "/healthz").status == 200)
        }
    }
}
