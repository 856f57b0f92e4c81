import LanyardCore

/// The distributed trace that a request is part of, as its client tells it: `traceparent` of W3C Trace Context.
///
///     traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
///                  version, trace, parent and flags, in lower-case hexadecimal
package struct TraceParent: Hashable, Sendable {
    /// 32 hexadecimal digits, not all 0.
    package let traceID: String

    private static let length = 55
    private static let traceDigits = 3..<35
    private static let parentDigits = 36..<52

    /// Reads a field's value; `nil` for what the specification says to ignore. Of a later version the beginning is read,
    /// as it demands.
    package init?(_ text: String) {
        let bytes = Array(text.utf8.prefix(Self.length + 1))
        guard bytes.count >= Self.length else { return nil }
        for (index, byte) in bytes.enumerated() {
            let isInPlace =
                switch index {
                case 2, 35, 52, Self.length: byte == UInt8(ascii: "-")
                default: Self.isDigit(byte)
                }
            guard isInPlace else { return nil }
        }
        let version = bytes[0..<2]
        guard !version.allSatisfy({ $0 == UInt8(ascii: "f") }) else { return nil }
        // More after the flags is of a later version.
        guard bytes.count == Self.length || !Self.isZero(version) else { return nil }
        guard !Self.isZero(bytes[Self.traceDigits]), !Self.isZero(bytes[Self.parentDigits]) else { return nil }
        traceID = String(decoding: bytes[Self.traceDigits], as: UTF8.self)
    }

    /// The trace of a request; `nil` where it names none, or more than one.
    package init?(in fields: some HeaderFields) {
        var found: String?
        var count = 0
        fields.forEachField { name, value in
            guard FieldName.traceParent.matches(name) else { return }
            found = value
            count += 1
        }
        guard let found, count == 1 else { return nil }
        self.init(found)
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"): true
        default: false
        }
    }

    private static func isZero(_ digits: ArraySlice<UInt8>) -> Bool { digits.allSatisfy { $0 == UInt8(ascii: "0") } }
}
