/// 32 bytes, kept in place: no allocation and no reference count, unlike an array. What a digest and a public key are
/// made of.
///
/// The four words are the image of the bytes in memory; their numeric values mean nothing.
@usableFromInline
package struct Bytes32: Hashable, Sendable {
    package static let count = 32

    @usableFromInline let word0: UInt64
    @usableFromInline let word1: UInt64
    @usableFromInline let word2: UInt64
    @usableFromInline let word3: UInt64

    /// Copies the first 32 bytes of at least 32.
    package init(first32 bytes: UnsafeRawBufferPointer) {
        word0 = bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self)
        word1 = bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
        word2 = bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self)
        word3 = bytes.loadUnaligned(fromByteOffset: 24, as: UInt64.self)
    }

    /// Copies 32 bytes; `nil` if there are more or fewer.
    package init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == Self.count else { return nil }
        self = [UInt8](bytes).withUnsafeBytes { Self(first32: $0) }
    }

    package func withUnsafeBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try Swift.withUnsafeBytes(of: (word0, word1, word2, word3), body)
    }

    package var bytes: [UInt8] { withUnsafeBytes { [UInt8]($0) } }

    /// 64 lower-case hexadecimal digits.
    package var hexText: String {
        String(unsafeUninitializedCapacity: 2 * Self.count) { output in
            withUnsafeBytes { bytes in
                for (index, byte) in bytes.enumerated() {
                    output[2 * index] = Hexadecimal.digit(byte >> 4)
                    output[2 * index + 1] = Hexadecimal.digit(byte & 15)
                }
            }
            return 2 * Self.count
        }
    }

    @inlinable
    package static func == (left: Self, right: Self) -> Bool {
        left.word0 == right.word0 && left.word1 == right.word1 && left.word2 == right.word2
            && left.word3 == right.word3
    }

    /// Feeds 8 of the 32 bytes to the seeded hasher: what is kept here is the output of SHA-256 or of a key generation,
    /// so any 8 bytes are as good as all. To make many values agree in these 8, one would need some 2^60 trials.
    @inlinable
    package func hash(into hasher: inout Hasher) {
        hasher.combine(word0)
    }
}
