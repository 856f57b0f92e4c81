/// The 32 bytes of an Ed25519 public key (RFC 8032): stored beside a native secret's digest from the first day, so that
/// possession can later be shown by a signature instead of by the secret itself.
///
/// A public key is no secret: whoever reads it can neither sign nor mint.
public struct PublicKeyBytes: Hashable, Sendable, CustomStringConvertible {
    private let storage: Bytes32

    /// A key of these bytes; `nil` unless there are 32. Whether they are a point of the curve is not checked.
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

    /// 64 lower-case hexadecimal digits.
    public var description: String { storage.hexText }
}
