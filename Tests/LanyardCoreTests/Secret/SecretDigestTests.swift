import Crypto
import Foundation
import LanyardCore
import LanyardTesting
import Testing

@Suite("Digests and public keys")
struct SecretDigestTests {
    private let hex = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
    private var digest: SecretDigest { lending("test") { SecretDigest(hashing: $0) } }

    @Test("every form in which other systems store a digest is read")
    func forms() throws {
        let base64 = Data(digest.bytes).base64EncodedString()
        let urlSafe = base64.replacing("+", with: "-").replacing("/", with: "_")
        let forms = [hex, hex.uppercased(), base64, String(base64.dropLast()), urlSafe, String(urlSafe.dropLast())]
        for form in forms { #expect(SecretDigest(sha256Text: "sha256:" + form) == digest, "\(form)") }
        #expect(digest.sha256Text == "sha256:" + hex)
    }

    @Test("anything else is no digest")
    func refused() {
        let base64 = Data(digest.bytes).base64EncodedString()
        let mixed = "+-" + String(repeating: "A", count: 41)
        let cut = String(base64.dropLast(2))
        let refused: [String] = [
            "", "sha256:", hex, base64, "SHA256:\(hex)", "sha512:\(hex)", "sha256:\(hex)0", "sha256:\(hex.dropLast())",
            "sha256:g\(hex.dropFirst())", "sha256: \(hex)", "sha256:\(base64)=", "sha256:\(cut)", "sha256:\(mixed)",
            "sha256:\(cut)h=", "sha256:\(cut)==", "sha256:*\(base64.dropFirst())",
        ]
        for text in refused { #expect(SecretDigest(sha256Text: text) == nil, "\(text)") }
    }

    @Test("digests come back from all their forms, whatever their bytes")
    func roundTrip() {
        var generator = SeededGenerator(seed: 256)
        for _ in 0..<1_000 {
            let bytes = (0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) }
            let digest = SecretDigest(bytes: bytes)
            let base64 = Data(bytes).base64EncodedString()
            #expect(digest?.bytes == bytes)
            #expect(digest?.withUnsafeBytes { Array($0) } == bytes)
            #expect(SecretDigest(sha256Text: "sha256:" + base64) == digest)
            #expect(digest.flatMap { SecretDigest(sha256Text: $0.sha256Text) } == digest)
        }
    }

    @Test("no text brings the reading of digests down")
    func randomTexts() {
        var generator = SeededGenerator(seed: 3)
        let pieces = ["sha256:", "0", "a", "F", "+", "/", "-", "_", "=", "é", String(hex.prefix(31)), "AAAAAAAAAA"]
        for _ in 0..<100_000 {
            let text = generator.text(of: pieces, longest: 12)
            guard let digest = SecretDigest(sha256Text: text) else { continue }
            #expect(SecretDigest(sha256Text: digest.sha256Text) == digest)
        }
    }

    @Test("a digest is SHA-256, and equal only to itself")
    func hashing() {
        #expect(digest.bytes == Array(SHA256.hash(data: Array("test".utf8))))
        #expect(digest != lending("tesu") { SecretDigest(hashing: $0) })
        for index in 0..<32 {
            var bytes = digest.bytes
            bytes[index] ^= 0x80
            #expect(SecretDigest(bytes: bytes) != digest)
        }
        #expect(SecretDigest(bytes: digest.bytes.dropLast()) == nil)
        #expect(SecretDigest(bytes: digest.bytes + [0]) == nil)
        #expect(Set([digest, lending("test") { SecretDigest(hashing: $0) }]).count == 1)
    }

    @Test("a digest's description is short")
    func description() {
        #expect(digest.description == "sha256:9f86d081…")
        #expect("\(digest)" == digest.description)
    }

    @Test("a public key is 32 bytes, and verifies what the seed signs")
    func publicKey() throws {
        let vector = try #require(SecretVectors.all.valid.last)
        let secret = try #require(Secret(text: vector.secret))
        let publicKey = try #require(secret.publicKey)
        let signer = try Curve25519.Signing.PrivateKey(rawRepresentation: vector.seedBytes)
        let verifier = try Curve25519.Signing.PublicKey(rawRepresentation: publicKey.bytes)
        let message = Array("lanyard".utf8)
        #expect(verifier.isValidSignature(try signer.signature(for: message), for: message))
        #expect(PublicKeyBytes(bytes: publicKey.bytes) == publicKey)
        #expect(PublicKeyBytes(bytes: publicKey.bytes + [0]) == nil)
        #expect(publicKey.withUnsafeBytes { Array($0) } == publicKey.bytes)
    }
}
