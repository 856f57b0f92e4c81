/// Cuts a stream of bytes into lines.
struct LineSplitter {
    enum Line: Sendable, Equatable {
        case text([UInt8])
        /// Longer than it may be; what it held is not kept.
        case tooLong
    }

    private let longest: Int
    private var rest: [UInt8] = []
    private var isTooLong = false

    init(longest: Int) {
        self.longest = longest
    }

    mutating func append(_ bytes: some Collection<UInt8>) -> [Line] {
        var lines: [Line] = []
        var start = bytes.startIndex
        while let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
            keep(bytes[start..<end])
            lines.append(take())
            start = bytes.index(after: end)
        }
        keep(bytes[start...])
        return lines
    }

    /// The last line, if the stream did not end with a line feed.
    mutating func finish() -> Line? {
        rest.isEmpty && !isTooLong ? nil : take()
    }

    private mutating func keep(_ bytes: some Collection<UInt8>) {
        if isTooLong || rest.count + bytes.count > longest {
            isTooLong = true
            rest = []
        } else {
            rest.append(contentsOf: bytes)
        }
    }

    private mutating func take() -> Line {
        defer {
            rest = []
            isTooLong = false
        }
        if isTooLong { return .tooLong }
        if rest.last == UInt8(ascii: "\r") { rest.removeLast() }
        return .text(rest)
    }
}
