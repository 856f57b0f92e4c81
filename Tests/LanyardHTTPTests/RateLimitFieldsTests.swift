@testable import LanyardCore
import LanyardHTTP
import RawStructuredFieldValues
import Testing

@Suite("The RateLimit fields")
struct RateLimitFieldsTests {
    private func reading(
        _ name: String, _ unit: AllowanceUnit = .requests, _ amount: Int64 = 10, window: Int64 = 1_000,
        source: AllowanceSource = .key, remaining: Int64 = 9, reset: Int64 = 1_000
    ) -> LimitReading {
        let definition = LimitDefinition(name: name, unit: unit, amount: amount, windowMilliseconds: window)
        return LimitReading(
            limits: LimitSet([(definition, source)]), index: 0, remaining: remaining, resetMilliseconds: reset)
    }

    private func policy(_ readings: [LimitReading]) -> String {
        var bytes: [UInt8] = []
        RateLimitFields.appendPolicy(readings, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    private func state(_ readings: [LimitReading]) -> String {
        var bytes: [UInt8] = []
        RateLimitFields.appendState(readings, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test("say amount, window and unit, and what remains until when")
    func plain() {
        let readings = [
            reading("burst"), reading("tpm", .tokens, 100_000, window: 60_000, remaining: 99_750, reset: 59_001),
        ]
        #expect(policy(readings) == #""burst";q=10;w=1;qu="requests", "tpm";q=100000;w=60;qu="tokens""#)
        #expect(state(readings) == #""burst";r=9;t=1, "tpm";r=99750;t=60"#)
        #expect(state([reading("a", remaining: 0, reset: 0)]) == #""a";r=0;t=0"#)
        #expect(policy([]).isEmpty)
    }

    @Test("tell the owner with a name that two owners use")
    func sameNames() {
        let readings = [
            reading("burst"), reading("burst", source: .plan), reading("burst", source: .account), reading("day"),
        ]
        #expect(state(readings) == #""burst";r=9;t=1, "plan/burst";r=9;t=1, "account/burst";r=9;t=1, "day";r=9;t=1"#)
    }

    @Test("are structured fields by another's parser, also at the bounds of integers and names")
    func oracle() throws {
        let name = String(repeating: "x", count: 64)
        let readings = [
            reading(name, .usd, 1_000_000_000_000_000_000, window: 2_678_400_000, remaining: .max, reset: .max),
            reading("A.b_c-9", .tokens, 1_000_000_000_000),
        ]
        var parser = StructuredFieldValueParser(Array(policy(readings).utf8))
        let policies = try parser.parseListFieldValue()
        #expect(policies.map(name(of:)) == [name, "A.b_c-9"])
        #expect(try policies.map { try integer("q", of: $0) } == [999_999_999_999_999, 1_000_000_000_000])
        #expect(try policies.map { try integer("w", of: $0) } == [2_678_400, 1])
        var stateParser = StructuredFieldValueParser(Array(state(readings).utf8))
        let states = try stateParser.parseListFieldValue()
        #expect(states.map(name(of:)) == [name, "A.b_c-9"])
        #expect(try states.map { try integer("r", of: $0) } == [999_999_999_999_999, 9])
        #expect(try states.map { try integer("t", of: $0) }[1] == 1)
    }

    private func name(of member: ItemOrInnerList) -> String? {
        guard case .item(let item) = member, case .string(let name) = item.rfc9651BareItem else { return nil }
        return name
    }

    private func integer(_ key: String, of member: ItemOrInnerList) throws -> Int64 {
        guard case .item(let item) = member, case .integer(let value)? = item.rfc9651Parameters[key] else {
            throw CancellationError()
        }
        return Int64(value)
    }
}
