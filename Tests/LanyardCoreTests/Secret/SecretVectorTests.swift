import LanyardCore
import Testing

@Suite("The test vectors of secrets")
struct SecretVectorTests {
    @Test("the vectors are all there")
    func count() {
        #expect(SecretVectors.all.valid.count == 11)
        #expect(SecretVectors.all.invalid.count == 39)
        #expect(SecretVectors.all.crc32.count == 8)
    }

    @Test("a seed, a prefix and an environment make exactly the text of the vector", arguments: SecretVectors.all.valid)
    func make(vector: SecretVectors.Valid) throws {
        let prefix = try #require(SecretPrefix(vector.prefix))
        let environment = try #require(EnvironmentName(vector.environment))
        let made = vector.seedBytes.withUnsafeBytes {
            Secret.make(prefix: prefix, environment: environment, seed: $0)
        }
        #expect(try #require(made).reveal() == vector.secret)
    }

    @Test(
        "a text leads to the vector's digest, public key, hint, prefix and environment",
        arguments: SecretVectors.all.valid)
    func derive(vector: SecretVectors.Valid) throws {
        let secret = try #require(Secret(text: vector.secret))
        #expect(secret.digest.bytes == [UInt8](hexadecimal: vector.sha256))
        #expect(secret.publicKey?.description == vector.publicKey)
        #expect(secret.hint == vector.hint)
        #expect(secret.prefix?.description == vector.prefix)
        #expect(secret.environment?.description == vector.environment)
        #expect(secret.shape == .native)
    }

    @Test(
        "a text that is no native secret has the vector's shape, and is not read as one",
        arguments: SecretVectors.all.invalid)
    func invalid(vector: SecretVectors.Invalid) throws {
        let shape: SecretShape =
            switch vector.shape {
            case "wrong_checksum": .wrongChecksum
            case "foreign": .foreign
            default: .malformed
            }
        #expect(SecretShape.inspect(text: vector.text) == shape)
        #expect(Secret(text: vector.text) == nil)
        #expect(Secret(text: Array(vector.text.utf8)) == nil)
        let presented = lending(vector.text) { Secret(presented: $0) }
        #expect(presented.shape == shape)
        #expect(presented.reveal() == vector.text)
        #expect(presented.publicKey == nil)
        #expect(presented.prefix == nil)
        #expect(presented.environment == nil)
        #expect(presented.hint.isEmpty)
    }

    @Test("the checksum is the CRC-32 of zlib")
    func checksums() {
        for vector in SecretVectors.all.crc32 {
            #expect(lending(vector.text) { CRC32.checksum(of: $0) } == UInt32(vector.crc32, radix: 16))
        }
    }
}
