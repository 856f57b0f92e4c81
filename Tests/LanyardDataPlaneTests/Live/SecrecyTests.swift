import LanyardCore
import LanyardManagement
import Logging
import TestSupport
import Testing

@testable import LanyardDataPlane

@Suite("Secrets stay secret", .timeLimit(.minutes(TestRun.minutes(1))))
struct SecrecyTests {
    @Test("no log at its most verbose, and no answer but a rotation's, holds a secret, wherever it was put")
    func everywhere() async throws {
        let log = CapturedLog()
        try await withRealServer(logger: log.logger("data")) { server in
            let good = try await server.key { $0.allowsSelfRotation = true }.secret
            let stranger = Secret.make()
            var secrets = [good, stranger, server.administrator]
            _ = try await server.management.createPolicy(PolicyDraft(name: "web"), as: .operator)
            var answers: [RawAnswer] = []
            for secret in [good, stranger] {
                let text = secret.reveal()
                let misplaced = [
                    requestText("GET", "/v1/authorize?key=\(text)", ["X-Request-Id: \(text)"]),
                    requestText("GET", "/v1/authorize/p/\(text)/\(text)?\(text)", key: secret),
                    requestText("GET", "/\(text)", key: secret), requestText(text, "/v1/authorize", key: secret),
                    requestText("GET", "/v1/self", ["Authorization: Basic \(text)", "Cookie: \(text)"]),
                    requestText("GET", "/v1/authorize", key: secret, ["\(text): \(text)", "Expect: \(text)"]),
                    requestText("GET", "/v1/authorize", key: secret, ["Host: \(text)"]),
                    requestText("POST", "/v1/verify", key: secret, body: "{\"secret\":\"\(text)\"}"),
                    requestText(
                        "POST", "/v1/verify", key: server.administrator,
                        body: "{\"secret\":\"\(text)\",\"\(text)\":1,\"scope\":\"\(text)\",\"project\":\"\(text)\"}"),
                    requestText(
                        "POST", "/v1/verify", key: server.administrator,
                        body: "{\"secret\":\"x\",\"project\":\"\(text)\"}"),
                    requestText("POST", "/v1/verify", key: server.administrator, body: "{\"secret\":\"\(text)"),
                    requestText("POST", "/v1/verify?\(text)=\(text)", key: server.administrator, body: "{}"),
                    requestText("POST", "/v1/finish", key: server.administrator, body: "{\"grant_id\":\"\(text)\"}"),
                    requestText(
                        "POST", "/v1/self/rotate", key: secret, ["Idempotency-Key: \(text)"],
                        body: "{\"grace\":\"\(text)\"}"),
                    requestText("GET", "/v1/self", key: secret), "\(text)\r\n\r\n",
                ]
                for request in misplaced { answers.append(try await server.listener.ask(request)) }
            }
            let rotated = try await server.ask("POST", "/v1/self/rotate", key: good)
            let new = try #require(
                rotated.body.firstMatch(of: /"secret":"([^"]+)"/).flatMap { Secret(text: String($0.1)) })
            secrets.append(new)
            answers.append(try await server.ask("POST", "/v1/self/revoke", key: new, body: "{\"reason\":\"x\"}"))
            for secret in secrets {
                let text = secret.reveal()
                for answer in answers {
                    #expect(!answer.body.contains(text), "\(answer.status)")
                    #expect(!answer.fields.contains { $0.value.contains(text) })
                }
                #expect(!log.lines.contains { $0.contains(text) })
            }
            #expect(log.lines.contains { $0.contains("answered") })
            #expect(log.lines.contains { $0.contains("refused") })
        }
    }
}
