import LanyardCore
import LanyardHTTP
import NIOHTTP1

/// The id of a request: its client's own, or one made here. It stands in answers, logs and the audit log.
struct RequestIDs {
    private var state: UInt64

    init(seed: UInt64 = .random(in: .min ... .max)) {
        state = seed
    }

    /// The client's `X-Request-Id` if it is 1 to 64 of `[A-Za-z0-9._-]` and there once; else a new one.
    mutating func id(for head: HTTPRequestHead?) -> String {
        guard let head else { return make() }
        var found: String?
        for (name, value) in head.headers where name.utf8.count == 12 && FieldName.requestID.matches(name) {
            if found != nil { return make() }
            found = value
        }
        guard let found, Self.isAcceptable(found) else { return make() }
        return found
    }

    /// A secret has the form of an id too. One that was put into the wrong field must not get into answers and logs.
    static func isAcceptable(_ id: String) -> Bool {
        (1...64).contains(id.utf8.count) && id.utf8.allSatisfy(\.mayStandInRequestID)
            && id.withBytes { SecretShape.nativeParts($0) == nil }
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

extension UInt8 {
    fileprivate var mayStandInRequestID: Bool {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
