extension Identifier: TextCodable {
    /// How many base62 characters 128 bits need.
    package static var digitCount: Int { 22 }

    /// Reads the text exactly as ``description`` writes it: the kind's own prefix, `_`, 22 base62 characters whose
    /// value fits into 128 bits. Anything else is `nil`.
    public init?(_ description: String) {
        let parsed = description.withBytes { bytes in
            Tag.prefix.withBytes { prefix in Self(bytes, prefix: prefix) }
        }
        guard let parsed else { return nil }
        self = parsed
    }

    private init?(_ bytes: UnsafeRawBufferPointer, prefix: UnsafeRawBufferPointer) {
        guard
            bytes.count == prefix.count + 1 + Self.digitCount,
            bytes.part(0..<prefix.count).holdsSameBytes(as: prefix),
            bytes[prefix.count] == UInt8(ascii: "_")
        else { return nil }
        // 22 digits are read as 2, 10 and 10, for 10 of them fill a machine word.
        let start = prefix.count + 1
        guard
            let upper = Base62.value(of: bytes.part(start..<start + 2)),
            let middle = Base62.value(of: bytes.part(start + 2..<start + 12)),
            let lower = Base62.value(of: bytes.part(start + 12..<start + 22))
        else { return nil }
        let word = UInt128(Base62.wordRange)
        let (scaled, isTooLarge) = (UInt128(upper) * word + UInt128(middle)).multipliedReportingOverflow(by: word)
        let (value, hasCarried) = scaled.addingReportingOverflow(UInt128(lower))
        guard !isTooLarge, !hasCarried else { return nil }
        self.init(high: UInt64(truncatingIfNeeded: value >> 64), low: UInt64(truncatingIfNeeded: value))
    }

    /// The text: prefix, `_`, 22 base62 characters.
    public var description: String {
        String(unsafeUninitializedCapacity: Self.textLength) { output in
            write(to: UnsafeMutableRawBufferPointer(output))
            return Self.textLength
        }
    }

    /// How many bytes the text takes.
    package static var textLength: Int { Tag.prefix.utf8.count + 1 + digitCount }

    /// Writes the text into at least ``textLength`` bytes.
    package func write(to output: UnsafeMutableRawBufferPointer) {
        var index = 0
        for byte in Tag.prefix.utf8 {
            output[index] = byte
            index += 1
        }
        output[index] = UInt8(ascii: "_")
        index += 1
        // Digits go by tens, for ten fill a machine word: two divisions of 128 bits, and the rest is of 64.
        let (rest, lower) = (UInt128(high) << 64 | UInt128(low))
            .quotientAndRemainder(dividingBy: UInt128(Base62.wordRange))
        let (upper, middle) = rest.quotientAndRemainder(dividingBy: UInt128(Base62.wordRange))
        Base62.write(UInt64(upper), digits: index..<index + 2, of: output)
        Base62.write(UInt64(middle), digits: index + 2..<index + 12, of: output)
        Base62.write(UInt64(lower), digits: index + 12..<index + 22, of: output)
    }
}
