/// What a server answers, as RESP3 has it.
package enum RESPValue: Sendable, Hashable {
    case null
    /// A short text of the server's own, such as `OK`.
    case simple(String)
    /// Bytes of any kind.
    case blob([UInt8])
    case integer(Int64)
    case double(Double)
    case boolean(Bool)
    /// The digits of an integer that may not fit a word.
    case bigNumber(String)
    case error(RESPFailure)
    case array([RESPValue])
    case set([RESPValue])
    case map([RESPPair])
    /// Nobody's answer: what the server has to say by itself.
    case push([RESPValue])

    /// The text of a blob or a simple text; `nil` for anything else.
    package var text: String? {
        switch self {
        case .simple(let text): text
        case .blob(let bytes): String(validating: bytes, as: UTF8.self)
        case .null, .integer, .double, .boolean, .bigNumber, .error, .array, .set, .map, .push: nil
        }
    }

    /// The number, if it is a whole one.
    package var integer: Int64? {
        if case .integer(let number) = self { number } else { nil }
    }

    /// The value of a map's entry whose key is such a text.
    package subscript(key key: String) -> RESPValue? {
        if case .map(let pairs) = self { pairs.first { $0.key.text == key }?.value } else { nil }
    }
}

/// An entry of a map.
package struct RESPPair: Sendable, Hashable {
    package let key: RESPValue
    package let value: RESPValue

    package init(key: RESPValue, value: RESPValue) {
        self.key = key
        self.value = value
    }
}

/// An error that a server answers a command with.
package struct RESPFailure: Sendable, Hashable {
    /// The first word, such as `NOSCRIPT`; `ERR` where there is none in capitals.
    package let code: String
    /// What follows. It may quote the command, secrets included.
    package let message: String

    private static let longestCode = 32

    init(_ text: String) {
        let parts = text.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
        let word = parts.first ?? ""
        if !word.isEmpty, word.utf8.count <= Self.longestCode,
            word.utf8.allSatisfy({ UInt8(ascii: "A")...UInt8(ascii: "Z") ~= $0 })
        {
            code = String(word)
            message = parts.count > 1 ? String(parts[1]) : ""
        } else {
            code = "ERR"
            message = text
        }
    }
}
