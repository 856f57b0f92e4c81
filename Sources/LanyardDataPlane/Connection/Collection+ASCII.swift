extension Collection<UInt8> {
    /// Whether the bytes are `text`, which is written in lower case; ASCII letters of either case are the same.
    @inline(__always)
    func equalsIgnoringCase(_ text: StaticString) -> Bool {
        guard count == text.utf8CodeUnitCount else { return false }
        var index = 0
        for byte in self {
            let folded = byte &- UInt8(ascii: "A") < 26 ? byte | 0x20 : byte
            if folded != text.utf8Start[index] { return false }
            index += 1
        }
        return true
    }
}
