/// The string that a client presents: its own type, so that it can't slip out by accident.
///
/// - It has no `Codable` and no `Hashable`; every description, debug description and mirror of it says `<REDACTED>`.
/// - ``reveal()`` is the only way to its text, and meant for the one answer that shows a new secret to its owner.
/// - Its bytes are overwritten with zeros when the last copy of the value is let go. Copies of the value share the bytes.
/// - `==` takes the same time wherever two secrets of one length differ.
///
/// A secret is stored as its ``digest``, its ``publicKey`` and its ``hint``; none of them can be turned back into it.
public struct Secret: Sendable {
    let memory: SecretMemory

    /// Holds whatever was presented, native or not, and copies it once. Reading it limits its length, not this.
    public init(presented bytes: UnsafeRawBufferPointer) {
        memory = SecretMemory(count: bytes.count) { $0.copyMemory(from: bytes) }
    }

    /// Reads the text of a native secret; `nil` unless its form and its checksum are right.
    public init?(text: String) {
        guard let memory = text.withBytes({ Self.native($0) }) else { return nil }
        self.memory = memory
    }

    /// Reads the text of a native secret; `nil` unless its form and its checksum are right.
    public init?(text: some Sequence<UInt8>) {
        // A little more than the longest native text is read: enough to see that it is too long.
        let limit = SecretFormat.lengths.upperBound + 1
        let memory = SecretMemory.withScratch(count: limit) { scratch -> SecretMemory? in
            var count = 0
            for byte in text.prefix(limit) {
                scratch[count] = byte
                count += 1
            }
            return Self.native(UnsafeRawBufferPointer(rebasing: scratch[0..<count]))
        }
        guard let memory else { return nil }
        self.memory = memory
    }

    private static func native(_ bytes: UnsafeRawBufferPointer) -> SecretMemory? {
        guard SecretShape.inspect(bytes) == .native else { return nil }
        return SecretMemory(count: bytes.count) { $0.copyMemory(from: bytes) }
    }

    init(memory: SecretMemory) {
        self.memory = memory
    }

    /// Lends the bytes of the text. Whoever copies them also has to erase them.
    public func withUnsafeBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        // The memory must not be erased while it is lent, even if this is the last use of the value.
        try withExtendedLifetime(memory) { try body(memory.bytes) }
    }

    /// The text in the clear: the only way to it, for showing a new secret to its owner once.
    ///
    /// The string is an ordinary one, which nobody erases; make it as late as possible and let it go at once. Bytes that
    /// are no UTF-8, which only a presented secret can hold, come out as U+FFFD.
    public func reveal() -> String {
        withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
    }

    /// The SHA-256 of the text: what the secret is looked up by.
    public var digest: SecretDigest {
        withUnsafeBytes { SecretDigest(hashing: $0) }
    }

    /// What can be told of the text by its form.
    public var shape: SecretShape {
        withUnsafeBytes { SecretShape.inspect($0) }
    }

    /// The last 4 characters, by which its owner recognises it; empty unless the secret is native.
    ///
    /// A native text ends with its checksum, so the hint tells at most 24 of the seed's 256 bits. How much the end of a
    /// foreign text would give away is not known, so nothing of it is kept.
    public var hint: String {
        withUnsafeBytes { bytes in
            guard SecretShape.inspect(bytes) == .native else { return "" }
            return String(decoding: bytes.suffix(SecretFormat.hintLength), as: UTF8.self)
        }
    }
}

extension Secret: Equatable {
    /// Whether both texts are the same, in a time that depends on their lengths alone.
    public static func == (left: Self, right: Self) -> Bool {
        left.withUnsafeBytes { left in
            right.withUnsafeBytes { right in
                guard left.count == right.count else { return false }
                var difference: UInt8 = 0
                for index in left.indices { difference |= left[index] ^ right[index] }
                return difference == 0
            }
        }
    }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    private static let redacted = "<REDACTED>"

    /// `<REDACTED>`
    public var description: String { Self.redacted }
    /// `<REDACTED>`
    public var debugDescription: String { Self.redacted }
    /// A mirror whose one child is `<REDACTED>`.
    public var customMirror: Mirror { Mirror(self, children: ["secret": Self.redacted]) }
}
