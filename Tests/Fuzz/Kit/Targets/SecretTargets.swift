import Foundation
import LanyardCore

extension FuzzTarget {
    static let secrets = [secret, secretDigest]

    private static let secret = FuzzTarget(
        bytes: "secret",
        seeds: [
            "lyd_live_000000000000000000000000000000000000000000000000000000",
            "lyd_live_yhjskwdA6OZ1AL1YmHWZWm8LLG7HjnuCA2j5rOw8Xp1000000",
            "lyd_live_yhjskwdA6OZ1AL1YmHWZWm8LLG7HjnuCA2j5rOw8Xp2000000",
            "a_b_4fzyo82mvyr1vYUZAiPqp4cQ4xhPhuJ4pg8nN0PhZTx000000", "abcdefghijkl_zz0123456789_" + zeros(49),
            "sk-another-systems-key_with_underscores", "eyJhbGciOiJub25lIn0.e30.", "",
        ],
        tokens: ["lyd", "live", "test", "_", "__", "0", "z", "A", "yhjskwdA6OZ1AL1YmHWZWm8LLG7HjnuCA2j5rOw8Xp1", "-"]
    ) { bytes in
        let verdict = judgeSecret(bytes)
        // Mutated digits never have their right checksum: the same text with it reaches behind that check.
        guard !verdict.isBroken, bytes.count > 6 else { return verdict }
        let body = Array(bytes.dropLast(6))
        return judgeSecret(body + SecretOracle.checksum(of: body))
    }

    private static func judgeSecret(_ bytes: [UInt8]) -> Verdict {
        let shape = bytes.withUnsafeBytes { SecretShape.inspect($0) }
        let expected = SecretOracle.shape(bytes)
        guard shape == expected else { return .broken("the shape is \(shape), and \(expected) to the oracle") }
        let read = Secret(text: bytes)
        guard (read != nil) == (expected == .native) else { return .broken("read and shape disagree") }
        let presented = bytes.withUnsafeBytes { Secret(presented: $0) }
        guard presented.shape == shape else { return .broken("a presented secret has another shape") }
        for shown in [presented.description, presented.debugDescription, "\(Mirror(reflecting: presented).children)"] {
            guard bytes.count < 12 || !shown.contains(String(decoding: bytes, as: UTF8.self)) else {
                return .broken("a description shows the secret")
            }
        }
        guard let secret = read, let parts = SecretOracle.parts(bytes) else {
            return presented.hint.isEmpty ? .refused : .broken("a hint of what is not native")
        }
        guard Array(secret.reveal().utf8) == bytes, secret == presented, secret.digest == presented.digest,
            Array(secret.hint.utf8) == bytes.suffix(4)
        else { return .broken("it does not print as it was read") }
        guard secret.prefix.map({ Array($0.description.utf8) }) == parts.prefix,
            secret.environment.map({ Array($0.description.utf8) }) == parts.environment
        else { return .broken("prefix or environment differ from the text") }
        return .accepted
    }

    private static func zeros(_ count: Int) -> String { String(repeating: "0", count: count) }

    private static let secretDigest = FuzzTarget(
        text: "secret-digest",
        seeds: [
            "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "sha256:E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855",
            "sha256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", "sha256:47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU",
            "sha256:" + zeros(64), "sha256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        ],
        tokens: ["sha256:", "=", "==", "+", "/", "-", "_", "A", "f", "SHA256:"]
    ) { text in
        guard let digest = SecretDigest(sha256Text: text) else {
            return digestBytes(text) == nil ? .refused : .broken("the oracle reads it")
        }
        guard digest.bytes == digestBytes(text) else { return .broken("the oracle reads other bytes, or none") }
        guard SecretDigest(sha256Text: digest.sha256Text) == digest else { return .broken("its text reads as another") }
        return .accepted
    }

    private static func digestBytes(_ text: String) -> [UInt8]? {
        let bytes = Array(text.utf8)
        guard bytes.starts(with: "sha256:".utf8) else { return nil }
        let digits = bytes.dropFirst(7)
        if digits.count == 64 {
            let pairs = stride(from: digits.startIndex, to: digits.endIndex, by: 2).map { digits[$0..<$0 + 2] }
            let values = pairs.compactMap { pair -> UInt8? in
                // `UInt8(_:radix:)` reads a sign, too.
                let isHexadecimal = pair.allSatisfy { Character(UnicodeScalar($0)).isHexDigit && $0 < 0x80 }
                return isHexadecimal ? UInt8(String(decoding: pair, as: UTF8.self), radix: 16) : nil
            }
            return values.count == 32 ? values : nil
        }
        var base64 = String(decoding: digits, as: UTF8.self)
        if base64.hasSuffix("=") { base64.removeLast() }
        let isStandard = base64.contains("+") || base64.contains("/")
        let isURLSafe = base64.contains("-") || base64.contains("_")
        guard base64.utf8.count == 43, !(isStandard && isURLSafe) else { return nil }
        base64 = base64.replacingOccurrences(of: "-", with: "+").replacingOccurrences(of: "_", with: "/") + "="
        guard let data = Data(base64Encoded: base64), data.base64EncodedString() == base64 else { return nil }
        return Array(data)
    }
}
