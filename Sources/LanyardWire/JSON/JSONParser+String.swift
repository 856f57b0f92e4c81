extension JSONParser {
    /// The string whose opening quote is the next byte.
    mutating func string() throws(JSONSyntaxError) -> String {
        let start = position + 1
        var index = start
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "\"") {
                let text = try text(start..<index)
                position = index + 1
                return text
            }
            if byte == UInt8(ascii: "\\") { return try stringWithEscapes(from: start, firstEscape: index) }
            if byte < 0x20 { throw Self.controlCharacter(at: index) }
            index += 1
        }
        throw Self.unterminated(at: bytes.count)
    }

    private mutating func stringWithEscapes(from start: Int, firstEscape: Int) throws(JSONSyntaxError) -> String {
        var decoded = [UInt8](bytes[start..<firstEscape])
        position = firstEscape
        while position < bytes.count {
            let byte = bytes[position]
            switch byte {
            case UInt8(ascii: "\""):
                guard let text = String(validating: decoded, as: UTF8.self) else {
                    throw invalidUTF8(in: start..<position)
                }
                position += 1
                return text
            case UInt8(ascii: "\\"): try escape(into: &decoded)
            case 0..<0x20: throw Self.controlCharacter(at: position)
            default:
                decoded.append(byte)
                position += 1
            }
        }
        throw Self.unterminated(at: bytes.count)
    }

    /// Decodes the escape whose backslash is the next byte.
    private mutating func escape(into decoded: inout [UInt8]) throws(JSONSyntaxError) {
        let start = position
        position += 1
        guard position < bytes.count else { throw Self.unterminated(at: position) }
        let byte = bytes[position]
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): decoded.append(byte)
        case UInt8(ascii: "b"): decoded.append(0x08)
        case UInt8(ascii: "t"): decoded.append(0x09)
        case UInt8(ascii: "n"): decoded.append(0x0A)
        case UInt8(ascii: "f"): decoded.append(0x0C)
        case UInt8(ascii: "r"): decoded.append(0x0D)
        case UInt8(ascii: "u"): decoded.append(contentsOf: try scalar(from: start).utf8)
        default:
            throw JSONSyntaxError(.invalidEscape, at: start, "a backslash stands before what it can't escape")
        }
    }

    /// The character of the `\u` escape at `start`, and of the second one where it is the first half of a pair.
    private mutating func scalar(from start: Int) throws(JSONSyntaxError) -> Unicode.Scalar {
        let unit = try hexUnit(from: start)
        if let scalar = Unicode.Scalar(unit) { return scalar }
        let second = position
        guard UTF16.isLeadSurrogate(unit),
            position + 1 < bytes.count,
            bytes[position] == UInt8(ascii: "\\"), bytes[position + 1] == UInt8(ascii: "u")
        else { throw Self.loneSurrogate(at: start) }
        position += 2
        let low = try hexUnit(from: second)
        guard UTF16.isTrailSurrogate(low) else { throw Self.loneSurrogate(at: start) }
        return UTF16.decode(UTF16.EncodedScalar([unit, low]))
    }

    private mutating func hexUnit(from start: Int) throws(JSONSyntaxError) -> UInt16 {
        var unit: UInt16 = 0
        for _ in 0..<4 {
            guard position < bytes.count else { throw Self.unterminated(at: position) }
            guard let digit = Character(Unicode.Scalar(bytes[position])).hexDigitValue else {
                throw JSONSyntaxError(.invalidEscape, at: start, "\\u needs four hexadecimal digits")
            }
            unit = unit << 4 | UInt16(digit)
            position += 1
        }
        return unit
    }

    /// The error for bytes of which it is known that they are no UTF-8; finds the first that is wrong.
    func invalidUTF8(in range: Range<Int>) -> JSONSyntaxError {
        var iterator = bytes[range].makeIterator()
        var parser = Unicode.UTF8.ForwardParser()
        var offset = range.lowerBound
        scan: while true {
            switch parser.parseScalar(from: &iterator) {
            case .valid(let scalar): offset += scalar.count
            case .error, .emptyInput: break scan
            }
        }
        return JSONSyntaxError(.invalidUTF8, at: offset, "the bytes of a string are not UTF-8")
    }

    private static func controlCharacter(at offset: Int) -> JSONSyntaxError {
        JSONSyntaxError(.controlCharacter, at: offset, "a control character in a string has to be escaped")
    }

    private static func loneSurrogate(at offset: Int) -> JSONSyntaxError {
        JSONSyntaxError(.loneSurrogate, at: offset, "half of a surrogate pair stands alone")
    }

    private static func unterminated(at offset: Int) -> JSONSyntaxError {
        JSONSyntaxError(.unexpectedEnd, at: offset, "the document ends within a string")
    }
}
