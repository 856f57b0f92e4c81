import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Lanyard
import LanyardHummingbird
import Testing

@Suite("RequireKey in front of Hummingbird's routes")
struct RequireKeyTests {
    /// Serves the routes of the documentation's snippet on a live socket while `body` runs.
    private func serving(
        _ keys: KeyEngine, _ body: @escaping @Sendable (any TestClientProtocol) async throws -> Void
    ) async throws {
        let router = Router(context: BasicKeyRequestContext.self)
        router.get("open") { _, _ in "open" }
        router.group("invoices").add(middleware: RequireKey(keys, scope: "invoices:read"))
            .get { _, context in "hello, \(context.grant.key.name)" }
        let application = Application(router: router)
        try await application.test(.live, body)
    }

    private func get(
        _ client: any TestClientProtocol, _ path: String, _ fields: HTTPFields = [:]
    ) async throws -> TestResponse {
        try await client.execute(uri: path, method: .get, headers: fields)
    }

    private func name(_ text: String) throws -> HTTPField.Name {
        try #require(HTTPField.Name(text))
    }

    @Test("a key with the scope gets through, with its limits told; in either header")
    func granted() async throws {
        let keys = try await KeyEngine(.inMemory)
        let new = try await keys.create(
            name: "ann", scopes: ["invoices:read"], limits: [.requests(2, per: .seconds(60), name: "two")])
        try await serving(keys) { client in
            let first = try await get(client, "/invoices", [.authorization: "Bearer \(new.secret.reveal())"])
            #expect(first.status == .ok)
            #expect(String(buffer: first.body) == "hello, ann")
            #expect(first.headers[try name("RateLimit-Policy")] == #""two";q=2;w=60;qu="requests""#)
            let second = try await get(client, "/invoices", [try name("X-API-Key"): new.secret.reveal()])
            #expect(second.status == .ok)
            let third = try await get(client, "/invoices", [.authorization: "Bearer \(new.secret.reveal())"])
            #expect(third.status == .tooManyRequests)
            #expect(third.headers[.retryAfter] != nil)
        }
        try await keys.shutDown()
    }

    @Test("without a key, with a wrong one, or without the scope, a problem is answered and the handler never runs")
    func denied() async throws {
        let keys = try await KeyEngine(.inMemory)
        let new = try await keys.create(name: "bob")
        try await serving(keys) { client in
            let none = try await get(client, "/invoices")
            #expect(none.status == .unauthorized)
            #expect(none.headers[.wwwAuthenticate] == "Bearer realm=\"lanyard\"")
            #expect(none.headers[.contentType] == "application/problem+json")
            let wrong = try await get(client, "/invoices", [.authorization: "Bearer nonsense"])
            #expect(wrong.status == .unauthorized)
            let unscoped = try await get(client, "/invoices", [.authorization: "Bearer \(new.secret.reveal())"])
            #expect(unscoped.status == .forbidden)
            #expect(String(buffer: unscoped.body).contains("\"missing_scope\":\"invoices:read\""))
            #expect(try await get(client, "/open").status == .ok)
        }
        try await keys.shutDown()
    }

    @Test("a call in flight ends when its response has been written")
    func inFlight() async throws {
        let keys = try await KeyEngine(.inMemory)
        let new = try await keys.create(name: "one at a time", scopes: ["invoices:read"], maximumInFlight: 1)
        try await serving(keys) { client in
            for _ in 0..<5 {
                let response = try await get(client, "/invoices", [.authorization: "Bearer \(new.secret.reveal())"])
                #expect(response.status == .ok)
            }
        }
        try await keys.shutDown()
    }
}
