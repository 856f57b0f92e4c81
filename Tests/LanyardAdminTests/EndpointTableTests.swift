import HTTPTypes
import Testing

@testable import LanyardAdmin

@Suite("The table of endpoints")
struct EndpointTableTests {
    private let table = EndpointTable.all

    private func found(_ method: HTTPRequest.Method, _ path: String) -> (path: String, id: String)? {
        guard case .found(let endpoint, let id) = table.match(method, path) else { return nil }
        return (endpoint.path, id)
    }

    private func allowed(_ method: HTTPRequest.Method, _ path: String) -> [String]? {
        guard case .wrongMethod(let allowed) = table.match(method, path) else { return nil }
        return allowed
    }

    private func isNowhere(_ path: String) -> Bool {
        guard case .noSuchPath = table.match(.get, path) else { return false }
        return true
    }

    @Test("every endpoint is found at its own path, with its parameter")
    func everyEndpoint() throws {
        for endpoint in table.endpoints {
            let path = endpoint.path.replacing("{id}", with: "key_1")
            let match = try #require(found(endpoint.method, path), "\(endpoint.method) \(path)")
            #expect(match.path == endpoint.path)
            #expect(match.id == (endpoint.path.contains("{id}") ? "key_1" : ""))
        }
    }

    @Test("no two endpoints have the same method and path")
    func noneTwice() {
        let names = table.endpoints.map { "\($0.method) \($0.path)" }
        #expect(Set(names).count == names.count)
    }

    @Test("a path that is written out goes before one with a parameter, also where it lacks the method")
    func literalFirst() {
        #expect(found(.post, "/v1/keys/import")?.path == "/v1/keys/import")
        #expect(allowed(.get, "/v1/keys/import") == ["POST"])
        #expect(allowed(.delete, "/v1/keys/lookup") == ["POST"])
        #expect(allowed(.patch, "/v1/audit/verify") == ["GET", "HEAD"])
    }

    @Test("a method that a path lacks is told with those that it has, HEAD beside GET")
    func wrongMethod() {
        #expect(allowed(.put, "/v1/keys") == ["GET", "HEAD", "POST"])
        #expect(allowed(.post, "/v1/keys/key_1") == ["GET", "HEAD", "PATCH", "DELETE"])
        #expect(allowed(.get, "/v1/keys/key_1/rotate") == ["POST"])
        #expect(allowed(.post, "/healthz") == ["GET", "HEAD"])
    }

    @Test("HEAD finds what GET finds")
    func head() {
        #expect(found(.head, "/v1/keys/key_1")?.path == "/v1/keys/{id}")
        #expect(allowed(.head, "/v1/keys/import") == ["POST"])
    }

    @Test(
        "what is no path of the API is none",
        arguments: [
            "", "/", "/v1", "/v1/", "/v1/keys/", "/v1//keys", "/v1/keys/key_1/", "/v1/keys/key_1/rotate/", "/V1/keys",
            "/v1/keys/key_1/nothing", "/v1/nothing", "/v1/usage/x", "/v1/keys/{id}/rotate/x", "v1/keys",
            "/v1/keys//rotate",
        ])
    func nowhere(path: String) {
        #expect(isNowhere(path))
    }

    @Test("braces in a request are an id like any other, and no pattern")
    func braces() {
        #expect(found(.get, "/v1/keys/{id}")?.id == "{id}")
        #expect(found(.post, "/v1/keys/{id}/rotate")?.id == "{id}")
    }
}
