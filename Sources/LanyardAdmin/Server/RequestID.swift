import LanyardCore

/// What a request is called in answers, logs and the audit log.
enum RequestID {
    private static let longest = 64

    /// The caller's own, if it is there once and is a plain token; else a new one.
    ///
    /// A secret has the form of a token too. One that was put into the wrong field must not get into logs.
    static func of(_ given: [String]) -> String {
        if given.count == 1, let id = given.first, isPlain(id), !isSecret(id) { return id }
        return String(UInt64.random(in: .min ... .max), radix: 16)
    }

    private static func isPlain(_ id: String) -> Bool {
        (1...longest).contains(id.utf8.count) && id.utf8.allSatisfy(isPlain)
    }

    private static func isSecret(_ id: String) -> Bool {
        Array(id.utf8).withUnsafeBytes { SecretShape.nativeParts($0) != nil }
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
            true
        default: false
        }
    }
}
