extension JSONValue {
    /// The string, within bounds, and without control characters: what we take in is shown in terminals and logs.
    package func text(length: ClosedRange<Int>) throws(FieldMismatch) -> String {
        guard case .string(let text) = self else { throw .expected("a string", found: self) }
        let (count, hasControls) = text.scalarsAndControls()
        guard length.contains(count) else {
            if count == 0 { throw FieldMismatch("must not be empty") }
            let bounds =
                length.lowerBound == length.upperBound
                ? "\(length.lowerBound)" : "\(length.lowerBound) to \(length.upperBound)"
            throw FieldMismatch("has \(count) characters where \(bounds) are allowed")
        }
        guard !hasControls else {
            throw FieldMismatch("must not contain control characters")
        }
        return text
    }

    package func integer(in range: ClosedRange<Int64>) throws(FieldMismatch) -> Int64 {
        guard case .number(let number) = self else { throw .expected("an integer", found: self) }
        guard let integer = number.int64, range.contains(integer) else {
            throw FieldMismatch("must be an integer from \(range.lowerBound) to \(range.upperBound)")
        }
        return integer
    }

    package func boolean() throws(FieldMismatch) -> Bool {
        guard case .bool(let flag) = self else { throw .expected("true or false", found: self) }
        return flag
    }
}

extension String {
    /// How many Unicode scalars there are, and whether one of them is a control character (U+0000 to U+001F, U+007F to U+009F).
    ///
    /// One pass over the bytes: import looks at every string of every line, and asking Unicode's tables took most of its time.
    fileprivate func scalarsAndControls() -> (count: Int, hasControls: Bool) {
        var count = 0
        var hasControls = false
        var previous: UInt8 = 0
        for byte in utf8 {
            if byte & 0xC0 != 0x80 { count += 1 }
            // U+0080 to U+009F are the bytes C2 80 to C2 9F.
            if byte < 0x20 || byte == 0x7F || (previous == 0xC2 && byte < 0xA0) { hasControls = true }
            previous = byte
        }
        return (count, hasControls)
    }
}
