import Testing

/// What a server may say in place of an answer.
enum Lie: String, CaseIterable, CustomTestStringConvertible {
    case largeText = "a text of 1 GB"
    case largeArray = "an array of 2^31 elements"
    case largeMap = "a map of 2^31 entries"
    case deepNesting = "ten thousand arrays in each other"
    case endlessLine = "a line without an end"
    case half = "half of the answer, and then the end of the connection"

    var testDescription: String { rawValue }

    /// What it begins with; `nil` where that is the answer's own first half.
    var beginning: String? {
        switch self {
        case .largeText: "$1073741824\r\n"
        case .largeArray: "*2147483648\r\n"
        case .largeMap: "%2147483648\r\n"
        case .deepNesting: String(repeating: "*1\r\n", count: 10_000)
        case .endlessLine: "+"
        case .half: nil
        }
    }

    /// What follows, over and over: whoever believed the beginning would take it all in. Empty where nothing does.
    var continuation: String {
        switch self {
        case .largeText, .endlessLine: "x"
        case .largeArray, .largeMap: ":1\r\n"
        case .deepNesting: "*1\r\n"
        case .half: ""
        }
    }
}
