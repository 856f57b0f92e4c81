import HTTPTypes
import LanyardCore
import Testing

@testable import LanyardAdmin

@Suite("Names of requests")
struct RequestIDTests {
    private func fields(_ ids: String...) -> HTTPFields {
        var fields = HTTPFields()
        for id in ids { fields.append(HTTPField(name: .requestID, value: id)) }
        return fields
    }

    @Test("the caller's own is kept", arguments: ["a", "1b-2.c_D", String(repeating: "x", count: 64)])
    func kept(id: String) {
        #expect(RequestID.of(fields(id)) == id)
    }

    @Test(
        "what could forge a line of a log, or is too long, is replaced",
        arguments: ["", "a b", "a\nb", "é", "a,b", String(repeating: "x", count: 65)])
    func replaced(id: String) {
        let made = RequestID.of(fields(id))
        #expect(made != id && !made.isEmpty)
    }

    @Test("two are none, and a secret in the wrong field gets no further")
    func refused() {
        #expect(RequestID.of(fields("a", "a")) != "a")
        let secret = Secret.generate(prefix: .lyd, environment: .live).reveal()
        #expect(RequestID.of(fields(secret)) != secret)
    }

    @Test("those that are made differ")
    func different() {
        #expect(Set((0..<100).map { _ in RequestID.of(fields()) }).count == 100)
    }
}
