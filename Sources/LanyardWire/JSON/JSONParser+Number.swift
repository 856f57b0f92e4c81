extension JSONParser {
    /// The number whose first byte is the next: `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`.
    mutating func number() throws(JSONSyntaxError) -> JSONNumber {
        let start = position
        if bytes[position] == UInt8(ascii: "-") { position += 1 }
        if try peek("a digit") == UInt8(ascii: "0") {
            position += 1
            if position < bytes.count, Self.isDigit(bytes[position]) {
                throw JSONSyntaxError(.invalidNumber, at: position, "a number must not begin with a needless zero")
            }
        } else {
            try digits()
        }
        if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
            position += 1
            try digits()
        }
        if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
            position += 1
            let sign = try peek("an exponent")
            if sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { position += 1 }
            try digits()
        }
        guard position - start <= limits.numberLength else {
            throw JSONSyntaxError(
                .numberTooLong, at: start, "a number has more than \(limits.numberLength) characters")
        }
        return JSONNumber(validated: try text(start..<position))
    }

    /// One digit or more.
    private mutating func digits() throws(JSONSyntaxError) {
        guard Self.isDigit(try peek("a digit")) else {
            throw JSONSyntaxError(.invalidNumber, at: position, "expected a digit")
        }
        while position < bytes.count, Self.isDigit(bytes[position]) { position += 1 }
    }

    @inline(__always)
    private static func isDigit(_ byte: UInt8) -> Bool {
        byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
    }
}
