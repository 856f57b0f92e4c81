import LanyardCore
import NIOCore
import TestSupport
import Testing

@testable import LanyardDataPlane

@Suite("Which bodies are kept, and how much of them", .timeLimit(.minutes(TestRun.minutes(1))))
struct BodyBudgetTests {
    private let caller = Secret.make()

    private func withVerifier(
        configure: (inout DataPlaneConfiguration) -> Void = { _ in }, _ body: (LiveServer) async throws -> Void
    ) async throws {
        try await withServer(configure: configure) { server in
            server.decisions.add(caller, projectName: "lanyard") {
                $0.project = ProjectRecord.lanyardID
                $0.scopes = [Scope("lanyard:verify")].compactMap { $0 }
            }
            try await body(server)
        }
    }

    private func head(_ path: String, _ key: Secret, length: Int) -> String {
        "POST \(path) HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(key.reveal())\r\n"
            + "Content-Type: application/json\r\nContent-Length: \(length)\r\n\r\n"
    }

    private func wait(until condition: () -> Bool) async throws {
        while !condition() { try await Task.sleep(for: .milliseconds(2)) }
    }

    @Test("a caller's body is kept until its answer, and no longer when the client goes away")
    func keeping() async throws {
        try await withVerifier { server in
            let body = #"{"secret":"x"}"#
            for ends in [true, false] {
                let connection = try await server.connect()
                try await connection.send(head("/v1/verify", caller, length: body.utf8.count) + body.dropLast())
                try await wait { server.listener.heldBodyBytes() == body.utf8.count - 1 }
                if ends {
                    try await connection.send("}")
                    #expect(await connection.answer()?.status == 200)
                } else {
                    try await connection.reset()
                }
                try await wait { server.listener.heldBodyBytes() == 0 }
                try await connection.close()
            }
        }
    }

    @Test("bodies of those who may not ask are read past: made-up keys, revoked ones, those of another project")
    func strangers() async throws {
        try await withVerifier { server in
            let (revoked, foreign) = (Secret.make(), Secret.make())
            server.decisions.add(revoked) { $0.revokedAt = Timestamp(milliseconds: 1) }
            server.decisions.add(foreign) { $0.scopes = [Scope("lanyard:verify")].compactMap { $0 } }
            let half = String(repeating: " ", count: 20_000)
            for (path, key, status) in [
                ("/v1/verify", Secret.make(), 401), ("/v1/verify/batch", revoked, 401), ("/v1/finish", foreign, 403),
                ("/v1/self/rotate", .make(), 401), ("/v1/self/revoke", revoked, 401),
            ] {
                let connection = try await server.connect()
                try await connection.send(head(path, key, length: 40_000) + half)
                #expect(try await server.ask("GET", "/healthz").status == 200)
                #expect(server.listener.heldBodyBytes() == 0)
                try await connection.send(half)
                #expect(await connection.answer()?.status == status, "\(path)")
                try await connection.close()
            }
        }
    }

    @Test("before a body is read, its key is looked up")
    func lookUps() async throws {
        try await withVerifier { server in
            let known = Secret.make()
            server.decisions.add(known, isLoaded: false, projectName: "lanyard") {
                $0.project = ProjectRecord.lanyardID
                $0.scopes = [Scope("lanyard:verify")].compactMap { $0 }
            }
            server.decisions.set(load: .waits)
            let body = #"{"secret":"x"}"#
            let connection = try await server.connect()
            try await connection.send(head("/v1/verify", known, length: body.utf8.count) + body)
            try await wait { server.decisions.loads == 1 }
            #expect(server.listener.heldBodyBytes() == 0)
            server.decisions.release()
            let answer = await connection.answer()
            #expect(answer?.status == 200)
            #expect(answer?.body.contains(#""code":"malformed_key""#) == true)
        }
    }

    @Test("a look-up that takes too long ends, and who may look up no more is told so")
    func boundedLookUps() async throws {
        let body = #"{"secret":"x"}"#
        try await withVerifier(configure: { $0.parking.deadline = .milliseconds(500) }) { server in
            server.decisions.set(load: .waits)
            let late = try await server.ask("POST", "/v1/verify", key: .make(), body: body)
            #expect(late.status == 503)
            server.decisions.release()
            server.decisions.set(lookUpWait: 5_000)
            let refused = try await server.ask("POST", "/v1/verify", key: .make(), body: body)
            #expect(refused.status == 429)
        }
    }

    @Test("a client that goes away while its key is looked up leaves nothing behind")
    func abandonedLookUp() async throws {
        try await withVerifier { server in
            server.decisions.set(load: .waits)
            let connection = try await server.connect()
            try await connection.send(head("/v1/verify", .make(), length: 2) + "{}")
            try await wait { server.decisions.loads == 1 }
            try await connection.reset()
            server.decisions.release()
            #expect(try await server.ask("GET", "/healthz").status == 200)
        }
    }

    @Test("beyond the budget of all bodies one more is told 503 and to try again, and room comes back with the answers")
    func overload() async throws {
        try await withVerifier(configure: { $0.bodyBytes = 1_000 }) { server in
            let holder = try await server.connect()
            try await holder.send(head("/v1/verify", caller, length: 900) + String(repeating: " ", count: 600))
            try await wait { server.listener.heldBodyBytes() == 600 }
            let chunked =
                "POST /v1/verify HTTP/1.1\r\nHost: a\r\nX-API-Key: \(caller.reveal())\r\nContent-Type: application/json\r\n"
                + "Transfer-Encoding: chunked\r\n\r\n190\r\n" + String(repeating: " ", count: 400) + "\r\n1\r\n{"
            for request in [head("/v1/verify", caller, length: 401), chunked] {
                let connection = try await server.connect()
                try await connection.send(request)
                let answer = await connection.answer()
                #expect(answer?.status == 503)
                #expect(answer?["Retry-After"] == "1")
                #expect(answer?["Connection"] == "close")
                #expect(answer?.body.contains(#""code":"unavailable""#) == true)
                _ = await connection.untilClosed()
                try await wait { server.listener.heldBodyBytes() == 600 }
            }
            // Nobody else is held up: what keeps no body needs no room.
            #expect(
                try await server.ask("POST", "/v1/authorize", body: String(repeating: "x", count: 5_000)).status == 401)
            try await holder.close()
            try await wait { server.listener.heldBodyBytes() == 0 }
            let body = #"{"secret":"x"}"# + String(repeating: " ", count: 900)
            #expect(try await server.ask("POST", "/v1/verify", key: caller, body: body).status == 200)
        }
    }

    @Test("calls that have little to say take small bodies, the others a mebibyte")
    func limits() async throws {
        try await withVerifier { server in
            let blanks = String(repeating: " ", count: 64 * 1024)
            for path in ["/v1/finish", "/v1/self/rotate", "/v1/self/revoke"] {
                #expect(try await server.ask("POST", path, key: caller, body: blanks).status == 400, "\(path)")
                #expect(try await server.ask("POST", path, key: caller, body: blanks + " ").status == 413, "\(path)")
                let chunked =
                    "Transfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\n10001\r\n\(blanks) \r\n"
                let request = "POST \(path) HTTP/1.1\r\nHost: a\r\nX-API-Key: \(caller.reveal())\r\n" + chunked
                #expect(try await server.ask(request).status == 413, "\(path)")
            }
            let own = try await server.ask("GET", "/v1/self", key: caller, body: blanks + " ")
            #expect(own.status == 413)
            let large = #"{"secret":"x"}"# + String(repeating: " ", count: 1024 * 1024 - 14)
            #expect(try await server.ask("POST", "/v1/verify", key: caller, body: large).status == 200)
            #expect(try await server.ask("POST", "/v1/verify", key: caller, body: large + " ").status == 413)
        }
    }
}
