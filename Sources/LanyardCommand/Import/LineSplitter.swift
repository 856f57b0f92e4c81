/// Cuts a stream of bytes into lines, however the pieces fall. What is longer than a line may be is passed over without
/// being kept, so that a file without newlines can't fill the memory.
struct LineSplitter {
    struct Line: Equatable {
        /// Without the newline; the beginning alone where the line is too long.
        let bytes: [UInt8]
        let isTooLong: Bool
        /// Where the line begins, and where the next one does, counted from the start of the stream.
        let start: UInt64
        let end: UInt64

        /// Whether there is nothing but white space.
        var isBlank: Bool { !isTooLong && bytes.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D } }
    }

    let longest: Int
    private var partial: [UInt8] = []
    private var isTooLong = false
    private var start: UInt64
    private var position: UInt64

    /// - Parameter offset: where in the stream the first byte is that will come.
    init(longest: Int, offset: UInt64 = 0) {
        self.longest = longest
        start = offset
        position = offset
    }

    /// Takes the next bytes, and returns the lines that they complete.
    mutating func feed(_ bytes: [UInt8]) -> [Line] {
        var lines: [Line] = []
        var rest = bytes[...]
        while let newline = rest.firstIndex(of: UInt8(ascii: "\n")) {
            append(rest[..<newline])
            position += 1
            lines.append(cut())
            rest = rest[(newline + 1)...]
        }
        append(rest)
        return lines
    }

    /// The last line, where no newline ends it.
    mutating func finish() -> Line? {
        position == start ? nil : cut()
    }

    /// Where the last `count` bytes began.
    func readBefore(_ count: Int) -> UInt64 { position - UInt64(count) }

    private mutating func append(_ bytes: ArraySlice<UInt8>) {
        position += UInt64(bytes.count)
        let room = longest - partial.count
        if bytes.count > room { isTooLong = true }
        partial += bytes.prefix(room)
    }

    private mutating func cut() -> Line {
        let line = Line(bytes: partial, isTooLong: isTooLong, start: start, end: position)
        partial = []
        isTooLong = false
        start = position
        return line
    }
}
