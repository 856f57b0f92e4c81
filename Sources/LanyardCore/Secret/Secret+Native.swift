import Crypto

extension Secret {
    /// A new native secret of 256 random bits.
    ///
    /// - Parameters:
    ///   - prefix: The project's prefix.
    ///   - environment: The environment that it is for.
    ///   - generator: Where the 32 bytes come from. Anything but the system's generator is for tests.
    public static func generate(
        prefix: SecretPrefix, environment: EnvironmentName, using generator: inout some RandomNumberGenerator
    ) -> Secret {
        SecretMemory.withScratch(count: SecretFormat.seedLength) { seed in
            for offset in stride(from: 0, to: seed.count, by: MemoryLayout<UInt64>.size) {
                seed.storeBytes(of: generator.next(), toByteOffset: offset, as: UInt64.self)
            }
            return make(prefix: prefix, environment: environment, seed32: UnsafeRawBufferPointer(seed))
        }
    }

    /// A new native secret of 256 bits of the system's randomness.
    public static func generate(prefix: SecretPrefix, environment: EnvironmentName) -> Secret {
        var generator = SystemRandomNumberGenerator()
        return generate(prefix: prefix, environment: environment, using: &generator)
    }

    /// The native secret of a given Ed25519 seed; `nil` unless that is 32 bytes long.
    package static func make(
        prefix: SecretPrefix, environment: EnvironmentName, seed: UnsafeRawBufferPointer
    ) -> Secret? {
        guard seed.count == SecretFormat.seedLength else { return nil }
        return make(prefix: prefix, environment: environment, seed32: seed)
    }

    private static func make(
        prefix: SecretPrefix, environment: EnvironmentName, seed32 seed: UnsafeRawBufferPointer
    ) -> Secret {
        var head = prefix.description + "_" + environment.description + "_"
        return head.withUTF8 { head in
            let memory = SecretMemory(count: head.count + SecretFormat.tailLength) { text in
                text.copyBytes(from: head)
                let checked = head.count + SecretFormat.seedDigits
                Base62.encode(seed, into: UnsafeMutableRawBufferPointer(rebasing: text[head.count..<checked]))
                let checksum = CRC32.checksum(of: UnsafeRawBufferPointer(rebasing: text[0..<checked]))
                Base62.write(UInt64(checksum), digits: checked..<text.count, of: text)
            }
            return Secret(memory: memory)
        }
    }

    /// The Ed25519 public key of the seed; `nil` unless the secret is native.
    ///
    /// Costs a multiplication on the curve, some 20 microseconds: for issuing, never for verifying a bearer.
    public var publicKey: PublicKeyBytes? {
        withSeed { seed in
            guard let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: seed) else { return nil }
            return PublicKeyBytes(bytes: [UInt8](key.publicKey.rawRepresentation))
        }
    }

    /// The project's prefix that the text begins with; `nil` unless the secret is native.
    public var prefix: SecretPrefix? {
        withNativeParts { bytes, parts in SecretPrefix(utf8: bytes.part(parts.prefix)) }
    }

    /// The environment that the text names; `nil` unless the secret is native.
    public var environment: EnvironmentName? {
        withNativeParts { bytes, parts in EnvironmentName(utf8: bytes.part(parts.environment)) }
    }

    /// Lends the 32 bytes of the seed, and erases them afterwards; `nil` unless the secret is native.
    private func withSeed<R>(_ body: (UnsafeRawBufferPointer) -> R?) -> R? {
        withUnsafeBytes { bytes in
            guard SecretShape.inspect(bytes) == .native else { return nil }
            let checked = bytes.count - SecretFormat.checksumDigits
            let digits = bytes.part(checked - SecretFormat.seedDigits..<checked)
            return SecretMemory.withScratch(count: SecretFormat.seedLength) { seed in
                Base62.decode(digits, into: seed) ? body(UnsafeRawBufferPointer(seed)) : nil
            }
        }
    }

    private func withNativeParts<R>(
        _ body: (UnsafeRawBufferPointer, (prefix: Range<Int>, environment: Range<Int>)) -> R?
    ) -> R? {
        withUnsafeBytes { bytes in
            guard SecretShape.inspect(bytes) == .native, let parts = SecretShape.nativeParts(bytes) else { return nil }
            return body(bytes, parts)
        }
    }
}
