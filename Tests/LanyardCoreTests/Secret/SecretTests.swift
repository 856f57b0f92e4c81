import LanyardCore
import LanyardTesting
import Testing

@Suite("Secrets")
struct SecretTests {
    private func make(seed: UInt64 = 1) -> Secret {
        var generator = SeededGenerator(seed: seed)
        return Secret.generate(prefix: .lyd, environment: .live, using: &generator)
    }

    @Test("a generated secret is native, of its prefix and environment, and like no other")
    func generate() throws {
        let prefix = try #require(SecretPrefix("acme"))
        var seen: Set<String> = []
        for _ in 0..<50 {
            let secret = Secret.generate(prefix: prefix, environment: .test)
            #expect(secret.shape == .native)
            #expect(secret.prefix == prefix)
            #expect(secret.environment == .test)
            #expect(secret.publicKey != nil)
            #expect(Secret(text: secret.reveal()) == secret)
            seen.insert(secret.reveal())
        }
        #expect(seen.count == 50)
    }

    @Test("every way of reading a native text gives the same secret")
    func reading() {
        let text = make().reveal()
        #expect(Secret(text: text) == make())
        #expect(Secret(text: Array(text.utf8)) == make())
        #expect(Secret(text: AnySequence(text.utf8)) == make())
        #expect(lending(text) { Secret(presented: $0) } == make())
        #expect(Secret(text: text + "0") == nil)
        #expect(Secret(text: repeatElement(UInt8(ascii: "a"), count: 1_000_000)) == nil)
    }

    @Test("any byte but a digit, at any place of the tail, makes a text another form")
    func digits() {
        let digits = Set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)
        let start = Array("lyd_live_".utf8)
        for place in 0..<49 {
            for byte in UInt8.min...UInt8.max {
                var text = start + [UInt8](repeating: UInt8(ascii: "z"), count: 49)
                text[start.count + place] = byte
                let isNative = text.withUnsafeBytes { SecretShape.nativeParts($0) } != nil
                #expect(isNative == digits.contains(byte), "byte \(byte) at \(place)")
            }
        }
    }

    @Test("nothing that prints a secret prints its text")
    func redaction() {
        struct Holder {
            let secret: Secret
            let optional: Secret?
            let list: [Secret]
            let named: [String: Secret]
        }
        let secret = make()
        let holder = Holder(secret: secret, optional: secret, list: [secret], named: ["a": secret])
        var dumped = ""
        dump(holder, to: &dumped)
        dump(secret, to: &dumped)
        var mirrored = ""
        for child in Mirror(reflecting: secret).children { mirrored += "\(child)" }
        let printed = [
            "\(secret)", secret.description, secret.debugDescription, String(reflecting: secret), "\(holder)",
            String(reflecting: holder), dumped, mirrored, "\([secret])", "\(Optional(secret) as Any)",
        ]
        let text = secret.reveal()
        for output in printed {
            #expect(output.contains("<REDACTED>"))
            for start in stride(from: 0, to: text.count - 8, by: 4) {
                #expect(!output.contains(text.dropFirst(start).prefix(8)))
            }
        }
    }

    @Test("secrets are equal if their texts are, and only then")
    func equality() {
        #expect(make() == make())
        #expect(make() != make(seed: 2))
        let text = Array(make().reveal().utf8)
        for index in text.indices {
            var changed = text
            changed[index] ^= 1
            #expect(changed.withUnsafeBytes { Secret(presented: $0) } != make())
        }
        #expect(text.dropLast().withUnsafeBytes { Secret(presented: $0) } != make())
    }

    @Test("an empty text can be held, and is malformed")
    func empty() {
        let secret = Secret(presented: UnsafeRawBufferPointer(start: nil, count: 0))
        #expect(secret.shape == .malformed)
        #expect(secret.reveal().isEmpty)
        #expect(secret.digest.sha256Text == "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    }

    @Test("a seed that is not 32 bytes makes no secret", arguments: [0, 31, 33, 64])
    func seedLength(count: Int) {
        let made = [UInt8](repeating: 1, count: count).withUnsafeBytes {
            Secret.make(prefix: .lyd, environment: .live, seed: $0)
        }
        #expect(made == nil)
    }

    @Test("a single changed character is never taken for a native secret")
    func everyChange() {
        let text = Array(make().reveal().utf8)
        for index in text.indices {
            for byte in UInt8.min...UInt8.max where byte != text[index] {
                var changed = text
                changed[index] = byte
                #expect(changed.withUnsafeBytes { SecretShape.inspect($0) } != .native)
            }
        }
    }

    @Test("the parts of a native text are found, whether its checksum holds or not")
    func parts() throws {
        let found = try #require(
            lending("abc_de1_" + String(repeating: "0", count: 49)) { SecretShape.nativeParts($0) })
        #expect(found.prefix == 0..<3)
        #expect(found.environment == 4..<7)
        #expect(lending("abc_de1_" + String(repeating: "0", count: 48)) { SecretShape.nativeParts($0) } == nil)
    }

    @Test("no bytes bring the inspection down, and what it calls native is read as such")
    func randomBytes() {
        var generator = SeededGenerator(seed: 7)
        let pieces = ["lyd", "_", "live", "a", "Z", "0", "0000000000", "zzzzzzzzzz", " ", "é", make().reveal()]
        for round in 0..<100_000 {
            let bytes =
                round.isMultiple(of: 2)
                ? generator.bytes(longest: 90) : Array(generator.text(of: pieces, longest: 14).utf8)
            let shape = bytes.withUnsafeBytes { SecretShape.inspect($0) }
            #expect((Secret(text: bytes) != nil) == (shape == .native))
        }
    }
}
