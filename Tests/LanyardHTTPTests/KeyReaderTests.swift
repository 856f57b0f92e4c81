import HTTPTypes
import LanyardCore
import LanyardHTTP
import LanyardWire
import Testing

@Suite("The key of a request")
struct KeyReaderTests {
    private static let one = Secret.generate(prefix: .lyd, environment: .live).reveal()
    private static let other = Secret.generate(prefix: .lyd, environment: .live).reveal()
    /// A JSON web token that is short enough to be some system's key.
    private static let token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln"
    private static let foreign = "sk_0123456789"

    /// `nothing`, `ambiguous`, or the text.
    private func read(
        _ fields: FieldList, _ sources: [KeySource] = KeySource.standard, target: String? = nil, body: JSONObject? = nil
    ) -> String {
        show(KeyReader(sources).read(fields, target: target.map { $0[...] }, body: body))
    }

    private func show(_ key: PresentedKey) -> String {
        switch key {
        case .nothing: "nothing"
        case .ambiguous: "ambiguous"
        case .text(let text, from: _): text.secret.reveal()
        }
    }

    @Test("is read from a bearer token and from X-API-Key, whatever the case of scheme and name")
    func standard() {
        #expect(read(["Authorization": "Bearer \(Self.one)"]) == Self.one)
        #expect(read(["AUTHORIZATION": "bEARER   \(Self.one)\t"]) == Self.one)
        #expect(read(["x-api-key": " \(Self.one) "]) == Self.one)
        #expect(read(["X-API-Key": Self.foreign]) == Self.foreign)
        #expect(read(["Accept": "*/*", "Host": "x"]) == "nothing")
        #expect(read([:]) == "nothing")
    }

    @Test(
        "is nothing where its place is empty or holds something else",
        arguments: [
            ("X-API-Key", ""), ("X-API-Key", "  "), ("Authorization", ""), ("Authorization", "Bearer"),
            ("Authorization", "Bearer "), ("Authorization", "Basic dTpw"), ("Authorization", "BearerX abc"),
            ("Authorization", "Bearer\tabc"), ("X-API-Keys", "abc"), ("Proxy-Authorization", "Bearer abc"),
        ])
    func nothing(name: String, value: String) {
        var fields: FieldList = [:]
        fields.fields = [(name, value)]
        #expect(read(fields) == "nothing")
    }

    @Test("two different secrets of ours are ambiguous; one secret twice is one")
    func two() {
        #expect(read(["Authorization": "Bearer \(Self.one)", "X-API-Key": Self.other]) == "ambiguous")
        #expect(read(["X-API-Key": Self.other, "Authorization": "Bearer \(Self.one)"]) == "ambiguous")
        #expect(read(["Authorization": "Bearer \(Self.one)", "X-API-Key": Self.one]) == Self.one)
        // One with a wrong checksum is still meant as one of ours.
        let mistyped = String(Self.other.dropLast()) + (Self.other.last == "0" ? "1" : "0")
        #expect(read(["Authorization": "Bearer \(Self.one)", "X-API-Key": mistyped]) == "ambiguous")
    }

    @Test("a user's token beside an API key is no conflict, on either side")
    func token() {
        let long = Self.token + String(repeating: "x", count: 600)
        for token in [Self.token, long, "opaque", "with space"] {
            #expect(read(["Authorization": "Bearer \(token)", "X-API-Key": Self.one]) == Self.one)
            #expect(read(["X-API-Key": token, "Authorization": "Bearer \(Self.one)"]) == Self.one)
        }
        for token in [Self.token, long] {
            #expect(read(["Authorization": "Bearer \(token)", "X-API-Key": Self.foreign]) == Self.foreign)
        }
        #expect(read(["Authorization": "Bearer \(Self.token)"]) == Self.token)
    }

    @Test("of two texts that may both be another system's key, the place named first counts")
    func order() {
        let fields: FieldList = ["X-API-Key": "second", "Authorization": "Bearer first"]
        #expect(read(fields, [.bearer, .apiKeyHeader]) == "first")
        #expect(read(fields, [.apiKeyHeader, .bearer]) == "second")
    }

    @Test("a place filled twice with different content is ambiguous; with equal content it is not")
    func doubled() {
        #expect(read(["X-API-Key": Self.one, "x-api-key": Self.other]) == "ambiguous")
        #expect(read(["X-API-Key": Self.one, "x-api-key": "junk"]) == "ambiguous")
        #expect(read(["X-API-Key": Self.one, "x-api-key": Self.one]) == Self.one)
        #expect(read(["Authorization": "Bearer \(Self.one)", "authorization": "Basic dTpw"]) == "ambiguous")
        #expect(read(["Authorization": "Bearer \(Self.token)", "authorization": "Bearer \(Self.one)"]) == "ambiguous")
        // Doubled fields that hold no key are nobody's business here.
        #expect(read(["Cookie": "a", "cookie": "b", "X-API-Key": Self.one]) == Self.one)
        #expect(read(["Authorization": "Bearer a", "authorization": "Bearer b"], [.apiKeyHeader]) == "nothing")
    }

    @Test("is read from a named header, the basic user name, the query and a body, where the policy names them")
    func sources() throws {
        #expect(read(["Api-Key": Self.one], [.header("api-key")]) == Self.one)
        #expect(read(["X-API-Key": Self.one], [.header("api-key")]) == "nothing")
        // "sk_0123456789:password"
        #expect(read(["Authorization": "Basic c2tfMDEyMzQ1Njc4OTpwYXNzd29yZA=="], [.basic]) == Self.foreign)
        #expect(read(["Authorization": "basic c2tfMDEyMzQ1Njc4OQ=="], [.bearer, .basic]) == Self.foreign)
        for credentials in ["c2tf*", "c2tfMDEyMzQ1Njc4OQ", "OnBhc3M=", "", "c2tfMDEyMzQ1Njc4OR=="] {
            #expect(read(["Authorization": "Basic \(credentials)"], [.basic]) == "nothing")
        }
        let body = try #require(try JSONParser.parse(Array("{\"key\":\"\(Self.one)\",\"n\":1}".utf8)).object)
        #expect(read([:], [.body("key")], body: body) == Self.one)
        #expect(read([:], [.body("n")], body: body) == "nothing")
        #expect(read(["X-API-Key": Self.other], [.apiKeyHeader, .body("key")], body: body) == "ambiguous")
    }

    @Test("is read from a query's parameter, decoded, and not from what looks like it")
    func query() {
        func read(_ target: String) -> String { self.read([:], [.query("api_key")], target: target) }
        #expect(read("/a?x=1&api_key=\(Self.one)#") == Self.one + "#")
        #expect(read("/a?api_key=\(Self.one)&y=100%") == Self.one)
        #expect(read("/a?api%5Fkey=sk%2D1") == "sk-1")
        #expect(read("/a?api_key=a+b") == "a+b")
        #expect(read("/a?api_key=\(Self.one)&api_key=\(Self.one)") == Self.one)
        #expect(read("/a?api_key=\(Self.one)&api%5fkey=x") == "ambiguous")
        #expect(read("/a?api_key=%zz") == "ambiguous")
        for target in ["/a", "/api_key=x", "/a?", "/a?api_key", "/a?api_key=", "/a?my_api_key=x", "/a?API_KEY=x"] {
            #expect(read(target) == "nothing")
        }
        #expect(self.read([:], [.query("api_key")], target: nil) == "nothing")
        #expect(self.read([:], target: "/a?api_key=\(Self.one)") == "nothing")
    }

    @Test("is lent to a decision as it was presented, and shows in no description")
    func lending() {
        let key = KeyReader.standard.read(["X-API-Key": Self.one] as FieldList)
        let shown = key.withPresented { presented in
            if case .text(let bytes) = presented { String(decoding: bytes, as: UTF8.self) } else { "" }
        }
        #expect(shown == Self.one)
        var dumped = ""
        dump(key, to: &dumped)
        #expect(!dumped.contains(Self.one) && !"\(key)".contains(Self.one))
    }

    @Test("is read from the fields of swift-http-types as well")
    func httpFields() {
        var fields = HTTPFields()
        fields[.authorization] = "Bearer \(Self.one)"
        #expect(show(KeyReader.standard.read(fields)) == Self.one)
    }
}
