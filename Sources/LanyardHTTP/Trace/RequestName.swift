import LanyardCore

/// What a request is called in answers, logs and the audit log: the id that its client has given it, if that is harmless.
package enum RequestName {
    private static let longest = 64

    /// The client's `X-Request-Id`, if it is there once and can be used.
    package static func given(in fields: some HeaderFields) -> String? {
        var found: String?
        var count = 0
        fields.forEachField { name, value in
            guard FieldName.requestID.matches(name) else { return }
            found = value
            count += 1
        }
        guard let found, count == 1, isAcceptable(found) else { return nil }
        return found
    }

    /// Whether it is 1 to 64 of `[A-Za-z0-9._-]`, and no secret.
    ///
    /// A secret has that form too. One that was put into the wrong field must not get into answers and logs.
    package static func isAcceptable(_ id: String) -> Bool {
        (1...longest).contains(id.utf8.count) && id.utf8.allSatisfy(isPlain)
            && id.withBytes { SecretShape.nativeParts($0) == nil }
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
