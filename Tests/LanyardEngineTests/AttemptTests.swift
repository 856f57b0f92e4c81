import LanyardCore
import LanyardSQLite
import LanyardTesting
import TestSupport
import Testing

@testable import LanyardEngine

@Suite("Refused attempts")
struct AttemptTests {
    private let noon = Timestamp(milliseconds: 1_800_000_000_000)

    private func address(_ number: UInt32) -> IPAddress { IPAddress(v4: 0x0a00_0000 + number) }

    private func attempts(addresses: Int = 8, threshold: Int = 0) -> RefusedAttempts {
        RefusedAttempts(addresses: addresses, threshold: threshold, since: noon)
    }

    @Test("a busy address keeps its place whatever number of others try once")
    func busyStays() {
        let attempts = attempts()
        for _ in 0..<100 { attempts.count(.unknownKey, from: address(1), at: noon) { nil } }
        for number in 100..<10_000 { attempts.count(.unknownKey, from: address(UInt32(number)), at: noon) { nil } }
        // 9,900 newcomers have raised the least weight to more than a thousand; the busy one goes on.
        let report = attempts.report(limit: 100, code: nil)
        #expect(report.addresses.count == 8)
        #expect(report.displaced > 0)
        #expect(report.addresses.allSatisfy { $0.total <= 100 })
        #expect(attempts.totals.byCode[.unknownKey] == 10_000)
    }

    @Test("of n attempts, every address with more than n / places has one")
    func heavyHitters() {
        var random = SeededGenerator(seed: 4)
        var sketch = AttemptSketch(capacity: 16)
        var truth: [IPAddress: Int64] = [:]
        for _ in 0..<20_000 {
            // A few addresses have most of the attempts, in an order of chance.
            let number =
                Bool.random(using: &random)
                ? UInt32.random(in: 0..<6, using: &random) : .random(in: 100..<9_000, using: &random)
            truth[address(number), default: 0] += 1
            sketch.count(address(number), at: noon) { $0.counts[.unknownKey, default: 0] += 1 }
        }
        let kept = Dictionary(uniqueKeysWithValues: sketch.entries.map { ($0.address, $0) })
        for (address, count) in truth where count > 20_000 / 16 {
            #expect(kept[address] != nil, "\(address) with \(count)")
        }
        for (address, entry) in kept {
            #expect(entry.counts.values.reduce(0, +) <= truth[address] ?? 0, "a count is never too high")
            #expect(entry.weight >= truth[address] ?? 0, "a weight is never too low")
        }
        #expect(sketch.count == 16)
    }

    @Test("junk from however many addresses pushes nobody out who tries a real key")
    func junkIsApart() {
        let attempts = attempts()
        attempts.count(.revokedKey, from: address(1), at: noon) { KeyID.make(atMilliseconds: 1) }
        attempts.count(.unknownKey, from: address(2), at: noon) { nil }
        for number in 100..<1_000 {
            for _ in 0..<5 { attempts.count(.malformedKey, from: address(UInt32(number)), at: noon) { nil } }
        }
        let all = attempts.report(limit: 100, code: nil).addresses
        #expect(all.contains { $0.address == address(1) && $0.counts == [.revokedKey: 1] && $0.keys.count == 1 })
        #expect(all.contains { $0.address == address(2) })
        #expect(attempts.report(limit: 100, code: .revokedKey).addresses.map(\.address) == [address(1)])
    }

    @Test("IPv6 addresses count by their /64, IPv4 addresses each by itself, and what names none apart")
    func allotments() {
        let attempts = attempts()
        for text in ["2001:db8::1", "2001:db8::2", "2001:db8:0:1::1", "203.0.113.1", "::ffff:203.0.113.1"] {
            attempts.count(.unknownKey, from: IPAddress(text), at: noon) { nil }
        }
        attempts.count(.expiredKey, from: nil, at: noon) { nil }
        let report = attempts.report(limit: 100, code: nil)
        #expect(
            Dictionary(uniqueKeysWithValues: report.addresses.map { ($0.text, $0.total) }) == [
                "2001:db8::/64": 2, "2001:db8:0:1::/64": 1, "203.0.113.1": 2,
            ])
        #expect(report.withoutAddress == [.expiredKey: 1])
    }

    @Test("what a rightful caller meets with is no attempt")
    func others() {
        let attempts = attempts()
        for code in DenialCode.allCases { attempts.count(code, from: address(1), at: noon) { nil } }
        let counted = attempts.report(limit: 1, code: nil).addresses.first?.counts.keys.map(\.text).sorted()
        #expect(
            counted == [
                "expired_key", "malformed_key", "revoked_key", "rotated_key", "too_many_unknown_keys", "unknown_key",
            ])
    }

    @Test("an address is told once when it passes the threshold, again an hour later, and few at a time")
    func warnings() {
        let attempts = attempts(addresses: 100, threshold: 5)
        for _ in 0..<50 { attempts.count(.unknownKey, from: address(1), at: noon) { nil } }
        #expect(attempts.takeWarnings().map(\.countInMinute) == [5])
        let soon = noon.advanced(byMilliseconds: 60_000)
        for _ in 0..<50 { attempts.count(.unknownKey, from: address(1), at: soon) { nil } }
        #expect(attempts.takeWarnings().isEmpty)
        let later = noon.advanced(byMilliseconds: 3_660_000)
        for number in 1...14 {
            for _ in 0..<5 { attempts.count(.unknownKey, from: address(UInt32(number)), at: later) { nil } }
        }
        #expect(attempts.takeWarnings().count == 10)
        let after = later.advanced(byMilliseconds: 60_000)
        for _ in 0..<5 { attempts.count(.unknownKey, from: address(60), at: after) { nil } }
        #expect(attempts.takeWarnings().map(\.untold) == [4])
    }

    @Test("an address that has been quiet for a day is forgotten, and the others keep their order")
    func forgets() {
        let attempts = attempts()
        for number in 1...8 {
            let time = noon.advanced(byMilliseconds: Int64(number) * 3_600_000)
            for _ in 0..<number { attempts.count(.unknownKey, from: address(UInt32(number)), at: time) { nil } }
        }
        attempts.forget(now: noon.advanced(byMilliseconds: 28 * 3_600_000))
        let kept = attempts.report(limit: 100, code: nil).addresses
        #expect(kept.map(\.total) == [8, 7, 6, 5, 4])
        for number in 20..<24 { attempts.count(.unknownKey, from: address(UInt32(number)), at: noon) { nil } }
        #expect(attempts.report(limit: 3, code: nil).addresses.map(\.total) == [8, 7, 6])
    }

    @Test("decisions count the client's address, and the key where it was one once")
    func decisions() async throws {
        let fixture = try await EngineFixture()
        let (revoked, secret) = try await fixture.createKey { $0.revokedAt = Timestamp(milliseconds: 0) }
        let (_, sound) = try await fixture.createKey()
        let stranger = Secret.generate(prefix: fixture.project.prefix, environment: revoked.environment)
        for _ in 0..<3 { #expect(await fixture.code(secret, address: address(7)) == .revokedKey) }
        #expect(await fixture.code(stranger, address: address(7)) == .unknownKey)
        #expect(await fixture.code(sound, address: address(8)) == nil)
        let report = fixture.engine.attemptReport(limit: 10)
        let found = try #require(report.addresses.first)
        #expect(report.addresses.count == 1)
        #expect(found.address == address(7))
        #expect(found.counts == [.revokedKey: 3, .unknownKey: 1])
        #expect(found.keys == [revoked.id])
    }

    @Test("who embeds the engine says from how many on they are worth a warning", arguments: [0, 2])
    func warnings(threshold: Int) async throws {
        var configuration = EngineConfiguration()
        configuration.attemptWarning = threshold
        let log = CapturedLog()
        let engine = try await KeyEngine(.inMemory, configuration: configuration, logger: log.logger("engine"))
        for _ in 0..<3 { _ = try await engine.verify("nonsense", address: address(7)) }
        await engine.maintain()
        let warnings = log.lines.filter { $0.contains("\(address(7))") }
        #expect(warnings.count == (threshold == 0 ? 0 : 1))
        try await engine.shutDown()
    }
}
