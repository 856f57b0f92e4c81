import Foundation
import LanyardCore
import LanyardTesting
import Testing

@Suite("Identifiers")
struct IdentifierTests {
    /// Bits and digits, computed elsewhere; the first are the example of RFC 9562, appendix A.6.
    static let known: [(high: UInt64, low: UInt64, digits: String)] = [
        (0x017f_22e2_79b0_7cc3, 0x98c4_dc0c_0c07_398f, "02p5oQZoHTv0zeY5yG21K3"),
        (0, 0, "0000000000000000000000"),
        (0, 1, "0000000000000000000001"),
        (1, 0, "00000000000LygHa16AHYG"),
        (0, 839_299_365_868_340_224, "0000000000010000000000"),
        (.max, .max, "7n42DGM5Tflk9n8mt7Fhc7"),
    ]

    @Test("bits and text stand for each other", arguments: known)
    func bothWays(high: UInt64, low: UInt64, digits: String) {
        let id = KeyID(high: high, low: low)
        #expect(id.description == "key_" + digits)
        #expect(KeyID("key_" + digits) == id)
        #expect(ProjectID("proj_" + digits)?.high == high)
    }

    @Test("the one after an identifier sorts behind it, of the same millisecond, through every carry")
    func successor() {
        let first = KeyID.make(atMilliseconds: 1_800_000_000_123)
        #expect(first.successor.millisecondsSinceEpoch == 1_800_000_000_123)
        let last = UInt64(0b10) << 62 | (1 << 62 - 1)
        let (usual, carries) = (KeyID(high: 0x1_7005, low: last - 1), KeyID(high: 0x1_7005, low: last))
        #expect(usual < usual.successor && usual.successor == carries)
        #expect(carries < carries.successor)
        #expect(carries.successor == KeyID(high: 0x1_7006, low: 0b10 << 62))
        #expect(KeyID(high: 0x1_7fff, low: last).successor == KeyID(high: 0x1_7000, low: 0b10 << 62))
    }

    @Test("each kind has its own prefix, and reads no other's")
    func prefixes() {
        let digits = "02p5oQZoHTv0zeY5yG21K3"
        #expect(KeyID("key_" + digits)?.description == "key_" + digits)
        #expect(ProjectID("proj_" + digits)?.description == "proj_" + digits)
        #expect(AccountID("acct_" + digits)?.description == "acct_" + digits)
        #expect(PlanID("plan_" + digits)?.description == "plan_" + digits)
        #expect(RoleID("role_" + digits)?.description == "role_" + digits)
        #expect(PolicyID("pol_" + digits)?.description == "pol_" + digits)
        #expect(GrantID("grant_" + digits)?.description == "grant_" + digits)
        #expect(NodeID("node_" + digits)?.description == "node_" + digits)
        #expect(PlanID("role_" + digits) == nil)
    }

    @Test(
        "a text that is not exactly an identifier is refused",
        arguments: [
            "", "key", "key_", "02p5oQZoHTv0zeY5yG21K3", "_02p5oQZoHTv0zeY5yG21K3", "key_02p5oQZoHTv0zeY5yG21K",
            "key_02p5oQZoHTv0zeY5yG21K30", "KEY_02p5oQZoHTv0zeY5yG21K3", "key-02p5oQZoHTv0zeY5yG21K3",
            "key_02p5oQZoHTv0zeY5yG21K-", "key_02p5oQZoHTv0zeY5yG21K ", " key_02p5oQZoHTv0zeY5yG21K3",
            "keyy02p5oQZoHTv0zeY5yG21K3", "key_7n42DGM5Tflk9n8mt7Fhc8", "key_zzzzzzzzzzzzzzzzzzzzzz",
            "key_80000000000000000000000", "key_02p5oQZoHTv0zeY5yG21Ké", "ke__02p5oQZoHTv0zeY5yG21K3",
        ])
    func refused(text: String) {
        #expect(KeyID(text) == nil)
    }

    @Test("identifiers come back from their text, and sort as their texts do")
    func roundTrip() {
        var generator = SeededGenerator(seed: 22)
        var ids = (0..<2_000).map { _ in
            KeyID(high: generator.next() >> UInt64.random(in: 0..<64, using: &generator), low: generator.next())
        }
        ids += ids.prefix(100).map { KeyID(high: $0.high, low: $0.low ^ 1) }
        for id in ids { #expect(KeyID(id.description) == id) }
        #expect(ids.sorted().map(\.description) == ids.map(\.description).sorted())
    }

    @Test("a made identifier is a UUIDv7: time, version, variant")
    func layout() {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<1_000 {
            let time = Int64.random(in: 0..<1 << 48, using: &generator)
            let id = GrantID.make(atMilliseconds: time, using: &generator)
            #expect(id.millisecondsSinceEpoch == time)
            #expect(id.high >> 12 & 0xf == 7)
            #expect(id.low >> 62 == 0b10)
        }
    }

    @Test("all 74 random bits are random")
    func randomness() {
        var high: (some: UInt64, all: UInt64) = (0, .max)
        var low: (some: UInt64, all: UInt64) = (0, .max)
        for _ in 0..<200 {
            let id = KeyID.make(atMilliseconds: 0)
            high = (high.some | id.high, high.all & id.high)
            low = (low.some | id.low, low.all & id.low)
        }
        #expect(high.some == 0x7fff && high.all == 0x7000)
        #expect(low.some == 0xbfff_ffff_ffff_ffff && low.all == 0x8000_0000_0000_0000)
    }

    @Test("an identifier that is made later sorts later")
    func order() {
        var previous = KeyID.make(atMilliseconds: -1)
        #expect(previous.millisecondsSinceEpoch == 0)
        for time in stride(from: Int64(1), to: 1 << 40, by: 1 << 31) {
            let next = KeyID.make(atMilliseconds: time)
            #expect(previous < next)
            #expect(previous.description < next.description)
            previous = next
        }
        #expect(KeyID.make(atMilliseconds: .max).millisecondsSinceEpoch == 1 << 48 - 1)
    }

    @Test("in JSON an identifier is its text")
    func coding() throws {
        let ids = [AccountID.make(atMilliseconds: 1_700_000_000_000)]
        let json = try JSONEncoder().encode(ids)
        #expect(String(decoding: json, as: UTF8.self) == "[\"\(ids[0])\"]")
        #expect(try JSONDecoder().decode([AccountID].self, from: json) == ids)
        #expect(throws: DecodingError.self) { try JSONDecoder().decode([KeyID].self, from: json) }
    }

    @Test("identifiers that differ in their random half are told apart by a hash table, and equal ones are one")
    func hashing() {
        let ids = (0..<1_000).map { _ in KeyID.make(atMilliseconds: 5) }
        #expect(Set(ids).count == 1_000)
        #expect(Set(ids + ids).count == 1_000)
        #expect(Set([KeyID(high: 1, low: 1), KeyID(high: 2, low: 1)]).count == 2)
    }

    @Test("no text brings the reading down")
    func randomTexts() {
        var generator = SeededGenerator(seed: 23)
        let pieces = ["key", "_", "0", "z", "7n42DGM5Tf", "lk9n8mt7Fhc7", "é", " ", "zzzzzzzzzzz"]
        for _ in 0..<100_000 {
            let text = generator.text(of: pieces, longest: 6)
            guard let id = KeyID(text) else { continue }
            #expect(id.description == text)
        }
    }
}
