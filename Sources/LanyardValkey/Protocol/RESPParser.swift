package import NIOCore

// # Reading RESP3
//
// A reply is a line, a line and so many bytes, or a line and so many replies. It arrives in pieces that know nothing of
// that, so the reader keeps what is open on a stack of its own: no piece is read twice, and nesting costs no calls.
//
// The other end may be broken, or not what it says. Nothing is reserved because a number was announced, and a number
// beyond a bound ends the reading as soon as its line is there. After a malformed reply nobody can say where the next
// one begins: the reader is then of no more use, nor is the connection.
//
// Replies whose length is told only at their end (`$?`, `*?`) are refused: no server sends them.

/// Reads replies from pieces of a stream.
package struct RESPParser {
    /// What a reply may be at most.
    package struct Limits: Sendable, Hashable {
        /// All of a reply, lines and attributes included.
        package var replyBytes = 1 << 20
        /// A line of text, such as an error's.
        package var lineBytes = 16 << 10
        /// The values within a reply, all levels together; a map's entry is two.
        package var elements = 1 << 16
        /// How deep arrays may stand in arrays.
        package var depth = 16

        package init() {}
    }

    /// Why a stream can't be read on.
    package enum Malformation: String, Error, Hashable, Sendable {
        case unknownType = "a reply of an unknown type"
        case badNumber = "a malformed number"
        case badEnding = "a line or a text without its ending"
        case longLine = "a line that is too long"
        case tooLarge = "a reply that is too large"
        case tooMany = "a reply with too many elements"
        case tooDeep = "a reply that is nested too deep"
        case misplaced = "a message within a reply"
    }

    private enum Kind: UInt8 {
        case simple = 0x2B  // +
        case error = 0x2D  // -
        case integer = 0x3A  // :
        case blob = 0x24  // $
        case blobError = 0x21  // !
        case verbatim = 0x3D  // =
        case null = 0x5F  // _
        case boolean = 0x23  // #
        case double = 0x2C  // ,
        case bigNumber = 0x28  // (
        case array = 0x2A  // *
        case set = 0x7E  // ~
        case push = 0x3E  // >
        case map = 0x25  // %
        case attribute = 0x7C  // |

        /// Whether the line is the value itself, of whatever length.
        var isText: Bool { self == .simple || self == .error || self == .bigNumber }
    }

    /// An array or the like whose elements are still to come.
    private struct Frame {
        let kind: Kind
        var remaining: Int
        var values: [RESPValue] = []
    }

    private enum Step {
        case value(RESPValue)
        /// Something was read that is no value yet, or never will be.
        case progress
    }

    private let limits: Limits
    private var buffer = ByteBuffer()
    /// How many of the buffer's bytes are known to hold no line's end.
    private var scanned = 0
    private var frames: [Frame] = []
    /// A blob whose line was read, and whose bytes weren't.
    private var blob: (kind: Kind, count: Int)?
    /// Bytes and values of the present reply that were read.
    private var used = 0
    private var elements = 0
    private var malformation: Malformation?

    private static let carriageReturn = UInt8(ascii: "\r")
    private static let lineFeed = UInt8(ascii: "\n")
    private static let mostHeaderBytes = 64

    package init(limits: Limits = Limits()) {
        self.limits = limits
    }

    /// Takes the stream's next piece.
    package mutating func append(_ piece: ByteBuffer) {
        guard malformation == nil else { return }
        if buffer.readableBytes == 0 {
            buffer = piece
        } else {
            buffer.discardReadBytes()
            buffer.writeImmutableBuffer(piece)
        }
    }

    /// The next reply; `nil` until all of it is there.
    package mutating func next() throws(Malformation) -> RESPValue? {
        if let malformation { throw malformation }
        do throws(Malformation) {
            while let step = try step() {
                if case .value(let value) = step, let reply = place(value) { return reply }
            }
            return nil
        } catch {
            malformation = error
            (buffer, frames, blob) = (ByteBuffer(), [], nil)
            throw error
        }
    }
}

// MARK: - Lines

extension RESPParser {
    private mutating func step() throws(Malformation) -> Step? {
        if let blob { return try readBlob(blob.kind, blob.count) }
        guard let (kind, line) = try readLine() else { return nil }
        switch kind {
        case .simple: return .value(.simple(String(decoding: line, as: UTF8.self)))
        case .error: return .value(.error(RESPFailure(String(decoding: line, as: UTF8.self))))
        case .integer: return .value(.integer(try Self.integer(line)))
        case .null:
            guard line.isEmpty else { throw .badEnding }
            return .value(.null)
        case .boolean:
            guard line.count == 1, let letter = line.first, [UInt8(ascii: "t"), UInt8(ascii: "f")].contains(letter)
            else { throw .badNumber }
            return .value(.boolean(letter == UInt8(ascii: "t")))
        case .double: return .value(.double(try Self.double(line)))
        case .bigNumber:
            let digits = line.first == UInt8(ascii: "-") ? line.dropFirst() : line
            guard !digits.isEmpty, digits.allSatisfy(Self.isDigit) else { throw .badNumber }
            return .value(.bigNumber(String(decoding: line, as: UTF8.self)))
        case .blob, .blobError, .verbatim:
            if kind == .blob, Self.isNull(line) { return .value(.null) }
            let count = try Self.length(line, most: limits.replyBytes - used, beyond: .tooLarge)
            blob = (kind, count)
            return try readBlob(kind, count)
        case .array, .set, .push, .map, .attribute:
            if kind == .array, Self.isNull(line) { return .value(.null) }
            let count = try Self.length(line, most: limits.elements, beyond: .tooMany)
            return try open(kind, count)
        }
    }

    /// A line without its type and its ending.
    private mutating func readLine() throws(Malformation) -> (Kind, ByteBufferView)? {
        let view = buffer.readableBytesView
        guard let first = view.first else { return nil }
        guard let kind = Kind(rawValue: first) else { throw .unknownType }
        let mostOfLine = kind.isText ? limits.lineBytes : Self.mostHeaderBytes
        let most = min(mostOfLine, limits.replyBytes - used)
        guard let end = view.prefix(max(most, 0)).dropFirst(scanned).firstIndex(of: Self.lineFeed) else {
            if view.count >= most { throw most < mostOfLine ? .tooLarge : .longLine }
            scanned = view.count
            return nil
        }
        scanned = 0
        let count = end - view.startIndex + 1
        guard count >= 3, view[end - 1] == Self.carriageReturn else { throw .badEnding }
        let line = view[view.startIndex + 1..<end - 1]
        guard !line.contains(Self.carriageReturn) else { throw .badEnding }
        buffer.moveReaderIndex(forwardBy: count)
        used += count
        return (kind, line)
    }

    private mutating func readBlob(_ kind: Kind, _ count: Int) throws(Malformation) -> Step? {
        guard buffer.readableBytes >= count + 2 else { return nil }
        let bytes = buffer.readBytes(length: count) ?? []
        guard buffer.readInteger(as: UInt8.self) == Self.carriageReturn,
            buffer.readInteger(as: UInt8.self) == Self.lineFeed
        else { throw .badEnding }
        used += count + 2
        blob = nil
        switch kind {
        case .blobError: return .value(.error(RESPFailure(String(decoding: bytes, as: UTF8.self))))
        case .verbatim:
            // `txt:` or another form's three letters come first.
            guard bytes.count >= 4, bytes[3] == UInt8(ascii: ":") else { throw .badEnding }
            return .value(.blob(Array(bytes.dropFirst(4))))
        case .blob, .simple, .error, .integer, .null, .boolean, .double, .bigNumber, .array, .set, .push, .map,
            .attribute:
            return .value(.blob(bytes))
        }
    }
}

// MARK: - Nesting

extension RESPParser {
    private mutating func open(_ kind: Kind, _ count: Int) throws(Malformation) -> Step {
        if kind == .push, !frames.isEmpty { throw .misplaced }
        guard frames.count < limits.depth else { throw .tooDeep }
        let total = kind == .map || kind == .attribute ? count * 2 : count
        guard elements + total <= limits.elements else { throw .tooMany }
        elements += total
        let frame = Frame(kind: kind, remaining: total)
        guard total > 0 else { return Self.value(of: frame).map(Step.value) ?? .progress }
        frames.append(frame)
        return .progress
    }

    /// Puts a value where it belongs; the whole reply, if it was the last of it.
    private mutating func place(_ value: RESPValue) -> RESPValue? {
        var value = value
        while let top = frames.indices.last {
            frames[top].values.append(value)
            frames[top].remaining -= 1
            guard frames[top].remaining == 0 else { return nil }
            guard let whole = Self.value(of: frames.removeLast()) else { return nil }
            value = whole
        }
        (used, elements) = (0, 0)
        return value
    }

    /// `nil` for attributes, which belong to the value that follows, and say nothing that anybody here asked for.
    private static func value(of frame: Frame) -> RESPValue? {
        switch frame.kind {
        case .set: .set(frame.values)
        case .push: .push(frame.values)
        case .map:
            .map(
                stride(from: 0, to: frame.values.count - 1, by: 2).map {
                    RESPPair(key: frame.values[$0], value: frame.values[$0 + 1])
                })
        case .attribute: nil
        case .array, .simple, .error, .integer, .blob, .blobError, .verbatim, .null, .boolean, .double, .bigNumber:
            .array(frame.values)
        }
    }
}

// MARK: - Numbers

extension RESPParser {
    private static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

    /// `-1`, which RESP2 says for nothing.
    private static func isNull(_ line: ByteBufferView) -> Bool { line.elementsEqual("-1".utf8) }

    private static func length(
        _ line: ByteBufferView, most: Int, beyond: Malformation
    ) throws(Malformation) -> Int {
        guard !line.isEmpty, line.allSatisfy(isDigit) else { throw .badNumber }
        var number = 0
        for digit in line {
            // At every digit, so that nothing overflows.
            number = number * 10 + Int(digit - UInt8(ascii: "0"))
            if number > most { throw beyond }
        }
        return number
    }

    private static func integer(_ line: ByteBufferView) throws(Malformation) -> Int64 {
        guard let number = Int64(String(decoding: line, as: UTF8.self)) else { throw .badNumber }
        return number
    }

    private static func double(_ line: ByteBufferView) throws(Malformation) -> Double {
        let text = String(decoding: line, as: UTF8.self)
        switch text {
        case "inf": return .infinity
        case "-inf": return -.infinity
        case "nan", "-nan": return .nan
        default:
            // Hexadecimal numbers, which Swift would read too, are none of RESP's.
            guard text.utf8.allSatisfy({ isDigit($0) || "+-.eE".utf8.contains($0) }), let number = Double(text) else {
                throw .badNumber
            }
            return number
        }
    }
}
