import LanyardHTTP
import NIOHTTP1

/// Ids of requests: their clients' own, or made here. They stand in answers, logs and the audit log.
struct RequestIDs {
    private var state: UInt64

    init(seed: UInt64 = .random(in: .min ... .max)) {
        state = seed
    }

    /// The client's, or a new one. To be asked once for each request: a new one is another each time.
    mutating func id(for head: HTTPRequestHead?) -> String {
        head.flatMap { RequestName.given(in: RequestFields($0)) } ?? make()
    }

    /// 16 hexadecimal digits. They tell requests apart and guard nothing, so a generator of three multiplications will do
    /// (splitmix64, Steele et al. 2014); the seed comes from the system.
    private mutating func make() -> String {
        state &+= 0x9e37_79b9_7f4a_7c15
        var bits = state
        bits = (bits ^ (bits >> 30)) &* 0xbf58_476d_1ce4_e5b9
        bits = (bits ^ (bits >> 27)) &* 0x94d0_49bb_1331_11eb
        bits ^= bits >> 31
        return String(unsafeUninitializedCapacity: 16) { digits in
            for index in 0..<16 {
                let nibble = UInt8(truncatingIfNeeded: bits >> UInt64(60 - 4 * index)) & 15
                digits[index] = nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10
            }
            return 16
        }
    }
}
