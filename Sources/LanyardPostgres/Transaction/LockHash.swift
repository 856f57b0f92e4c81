/// FNV-1a, as a lock's number: the same on every node and in every version, for it names a lock that they share. Two
/// things of one hash only wait for each other without need.
struct LockHash {
    private var hash: UInt64 = 0xCBF2_9CE4_8422_2325

    var number: Int64 { Int64(bitPattern: hash) }

    mutating func add(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    }

    /// A text and its end.
    mutating func add(_ text: String) {
        add(text.utf8)
        add(CollectionOfOne(0))
    }
}
