import NIOHTTP1
import TestSupport
import Testing

@Suite("Paths and methods")
struct MethodTests {
    private static let node = Task { try await TestNode() }
    private static let operations = (try? Contract.shared.get().operations()) ?? []

    private static let all: [HTTPMethod] = [.GET, .HEAD, .POST, .PUT, .PATCH, .DELETE, .OPTIONS]

    @Test("a method that a path lacks is 405 with those that it has, before anybody asks for a key")
    func methodNotAllowed() async throws {
        let node = try await Self.node.value
        for (path, operations) in Dictionary(grouping: Self.operations, by: \.path) {
            guard let allowed = operations.first?.allowed else { continue }
            let target = path.replacing("{id}", with: "x")
            for tag in operations[0].tags {
                for method in Self.all where !allowed.contains(method.rawValue) {
                    let answer = try await node.send(Call(tag == "data" ? .data : .admin, method, target))
                    #expect(answer.status == 405, "\(method) \(path)")
                    #expect(answer.code == (method == .HEAD ? nil : "method_not_allowed"))
                    let told = answer.header("Allow")?.split(separator: ", ").map(String.init)
                    #expect(Set(told ?? []) == Set(allowed), "\(path)")
                }
            }
        }
    }

    @Test(
        "what is at no path is 404, on both listeners",
        arguments: [
            "/", "/v1", "/v1/nothing", "/v1/keys/", "//", "/v1/verify/", "/v1/authorize/q", "/v1/self/x", "/v2/keys",
        ])
    func notFound(target: String) async throws {
        let node = try await Self.node.value
        for listener in [Call.Listener.data, .admin] {
            let answer = try await node.send(Call(listener, .GET, target))
            #expect(answer.status == 404 && answer.code == "not_found", "\(listener) \(target)")
            #expect(answer.mediaType == "application/problem+json")
        }
    }

    @Test("each listener answers its own paths alone")
    func apart() async throws {
        let node = try await Self.node.value
        for operation in Self.operations where operation.tags.count == 1 {
            let other: Call.Listener = operation.tags == ["data"] ? .admin : .data
            let target = operation.path.replacing("{id}", with: "x").replacing("{policy}", with: "p")
                .replacing("{suffix}", with: "s")
            let answer = try await node.send(Call(other, HTTPMethod(rawValue: operation.method), target))
            #expect(answer.status == 404, "\(operation.method) \(operation.path) on \(other)")
        }
    }

    @Test("HEAD is answered as GET is, without the body")
    func head() async throws {
        let node = try await Self.node.value
        let recipes = Dictionary(uniqueKeysWithValues: Recipe.all.map { ($0.operation, $0) })
        for operation in Self.operations where operation.method == "GET" && !operation.id.hasPrefix("authorize") {
            var call = try await #require(recipes[operation.id]).call(node)
            let get = try await node.send(call)
            call.method = .HEAD
            let head = try await node.send(call)
            #expect(head.status == get.status, "\(operation.id)")
            #expect(head.body.isEmpty)
            #expect(head.header("Content-Type") == get.header("Content-Type"), "\(operation.id)")
        }
    }

    @Test("a request's id is answered as it was given, and a made one differs each time")
    func requestIDs() async throws {
        let node = try await Self.node.value
        for listener in [Call.Listener.data, .admin] {
            let target = listener == .data ? "/v1/self" : "/v1/keys"
            let given = Call(listener, .GET, target, secret: node.adminSecret).with("X-Request-Id", "my-id_1.x")
            #expect(try await node.send(given).header("X-Request-Id") == "my-id_1.x")
            for bad in ["a b", String(repeating: "x", count: 65)] {
                let call = Call(listener, .GET, target).with("X-Request-Id", bad)
                let made = try #require(try await node.send(call).header("X-Request-Id"))
                #expect(made != bad && !made.isEmpty)
            }
            let doubled = given.with("X-Request-Id", "other")
            #expect(try await node.send(doubled).header("X-Request-Id") != "my-id_1.x")
        }
    }

    @Test("what is no proper HTTP is refused, and the connection ends", arguments: [Call.Listener.data, .admin])
    func improper(listener: Call.Listener) async throws {
        let node = try await Self.node.value
        let address = node.client.address(of: listener)
        for (text, status) in [
            ("nonsense\r\n\r\n", "400"), ("GET /healthz HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n", "400"),
            (
                "POST /v1/verify HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "400"
            ),
        ] {
            let bytes = try await RawExchange.send(Array(text.utf8), to: address)
            let line = String(decoding: bytes.prefix(12), as: UTF8.self)
            #expect(line == "HTTP/1.1 \(status)", "\(listener): \(text)")
        }
        let fields = (0..<120).map { "X-\($0): a\r\n" }.joined()
        for head in [fields, "X-Large: \(String(repeating: "a", count: 40_000))\r\n"] {
            let request = "GET /healthz HTTP/1.1\r\nHost: a\r\n\(head)\r\n"
            let bytes = try await RawExchange.send(Array(request.utf8), to: address)
            let line = String(decoding: bytes.prefix(12), as: UTF8.self)
            #expect(line == "HTTP/1.1 431" || line == "HTTP/1.1 400", "\(listener)")
        }
    }
}
