import LanyardCore
import LanyardHTTP
import LanyardWire
import Testing

@Suite("The parameters of a query")
struct QueryReaderTests {
    private struct Filter: Equatable {
        var name: String?
        var limit: Int?
        var environment: EnvironmentName?
        var from: Timestamp?
    }

    private func read(_ target: String) throws(InvalidRequest) -> Filter {
        try QueryReader.decode(target: target[...]) { reader in
            Filter(
                name: reader.optionalString("name", length: 1...10), limit: reader.optionalInt("limit", in: 1...200),
                environment: reader.optional("environment") { try $0.environment() },
                from: reader.optional("from") { try $0.timestamp() })
        }
    }

    @Test("are read into types by the same rules as a body")
    func reads() throws {
        #expect(try read("/v1/keys") == Filter())
        #expect(try read("/v1/keys?") == Filter())
        #expect(
            try read("/v1/keys?name=b%C3%A9%20x&limit=050&&environment=live&from=2026-11-21T03:07:00%2B00:00")
                == Filter(
                    name: "bé x", limit: 50, environment: .live, from: Timestamp(milliseconds: 1_795_230_420_000)))
    }

    @Test("that are unknown, doubled, out of bounds or badly encoded are named, all at once")
    func refuses() {
        let error = #expect(throws: InvalidRequest.self) {
            try read("/v1/keys?limit=0&name=a&name=b&environment=Live&nmae=x&from=%zz&q%=1")
        }
        let found = error?.errors.map(\.pointer.text) ?? []
        #expect(Set(found) == ["?limit", "?name", "?environment", "?nmae", "?from", "?q%"])
        #expect(error?.errors.contains { $0.detail.hasSuffix("did you mean \"name\"?") } == true)
        for limit in ["201", "-1", "+1", "1.0", "", "99999999999999999999"] {
            #expect(throws: InvalidRequest.self) { try read("/?limit=\(limit)") }
        }
    }
}
