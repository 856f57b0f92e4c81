import LanyardHTTP
import LanyardWire
import Testing

@Suite("The parameters of a query")
struct QueryParametersTests {
    private func read(_ target: String) throws(InvalidRequest) -> [String: String] {
        try QueryParameters.read(QueryParameters.query(of: target[...]), known: ["name", "limit", "environment"])
    }

    private func pointers(_ target: String) -> [String]? {
        #expect(throws: InvalidRequest.self) { try read(target) }?.errors.map(\.pointer.text)
    }

    @Test("are decoded, and an empty one is there")
    func reads() throws {
        #expect(try read("/v1/keys") == [:])
        #expect(try read("/v1/keys?") == [:])
        #expect(
            try read("/v1/keys?name=b%C3%A9%20x&limit=050&&environment")
                == ["name": "bé x", "limit": "050", "environment": ""])
        #expect(try read("/?name=a+b?c=d&limit==") == ["name": "a+b?c=d", "limit": "="])
    }

    @Test("that are unknown, doubled or badly encoded are named, all at once")
    func refuses() {
        let target = "/?limit=0&name=a&name=b&nmae=x&environment=%zz&q%=1"
        #expect(pointers(target) == ["?name", "?nmae", "?environment", "?q%"])
        let error = #expect(throws: InvalidRequest.self) { try read("/?nmae=x&other=1") }
        let details = ["unknown parameter \"nmae\"; did you mean \"name\"?", "unknown parameter \"other\""]
        #expect(error?.errors.map(\.detail) == details)
    }

    @Test("that are too many are not all read")
    func tooMany() {
        let many = (0..<100_000).map { _ in "x" }.joined(separator: "&")
        #expect(pointers("/?" + many)?.count == InvalidRequest.most)
        let distinct = (0...QueryParameters.most).map { "name\($0)" }
        let error = #expect(throws: InvalidRequest.self) {
            try QueryParameters.read(distinct.joined(separator: "&")[...], known: distinct)
        }
        #expect(error?.errors.map(\.pointer.text) == ["?"])
    }

    @Test("a secret in a name's place is not repeated")
    func secrets() {
        let secret = "lyd_live_" + String(repeating: "a1", count: 24)
        for query in ["\(secret)=1", "\(secret)%=1"] {
            let error = #expect(throws: InvalidRequest.self) { try read("/?" + query) }
            #expect(error.map { "\($0.errors)" }?.contains(secret) == false)
        }
    }
}
