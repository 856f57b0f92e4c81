import Crypto

/// The SHA-256 of a secret's whole text: what is stored in its place, and what it is looked up by.
///
/// With 256 random bits in a native secret, a slow or peppered hash would buy nothing. The digest can't be turned back,
/// but it identifies a secret, so its ``description`` is shortened; ``sha256Text`` is whole.
public struct SecretDigest: Hashable, Sendable {
    @usableFromInline let storage: Bytes32

    /// The digest of a presented text. Allocates only what SHA-256's context needs.
    public init(hashing bytes: UnsafeRawBufferPointer) {
        var hash = SHA256()
        hash.update(bufferPointer: bytes)
        storage = hash.finalize().withUnsafeBytes { Bytes32(first32: $0) }
    }

    /// A digest that was computed before; `nil` unless there are 32 bytes.
    public init?(bytes: some Collection<UInt8>) {
        guard let storage = Bytes32(bytes) else { return nil }
        self.storage = storage
    }

    /// The 32 bytes.
    public var bytes: [UInt8] { storage.bytes }

    /// Lends the 32 bytes without copying them to the heap.
    public func withUnsafeBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try storage.withUnsafeBytes(body)
    }

    /// Whether all 32 bytes are the same.
    @inlinable
    public static func == (left: Self, right: Self) -> Bool { left.storage == right.storage }

    /// Feeds 8 of the 32 bytes, which are as random as all of them.
    @inlinable
    public func hash(into hasher: inout Hasher) { storage.hash(into: &hasher) }
}

extension SecretDigest {
    /// 64 of its bits, evenly spread by nature: for choosing a shard.
    package var shardNumber: UInt64 { storage.word0 }

    /// Two more words, for a place within the shard's table: in one shard, all digests agree in bits of the first.
    package var tableWords: (UInt64, UInt64) { (storage.word1, storage.word2) }
}
