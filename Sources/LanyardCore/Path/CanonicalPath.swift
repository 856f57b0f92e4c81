/// The path of a request, decoded once, of which there is only one reading: what restrictions by path are judged on.
///
/// A key that may only call `/v1/invoices/**` must not reach anything else because the program behind reads the path in
/// another way. So every path that is known to be read in several ways is refused, as ``PathError`` lists them, and
/// never repaired. What remains is decoded once and compared byte by byte: no case folding, no Unicode normalisation.
///
/// A plain path, without `%`, is not copied: the value shares the storage of the string that it came from.
public struct CanonicalPath: Sendable, CustomStringConvertible {
    /// The most bytes of a path as it is sent.
    public static let maximumLength = 8192

    private let text: Substring

    /// Judges the path of a request as it was sent, without its query (see ``cut(_:)-(Substring)``).
    public init(rawPath: Substring) throws(PathError) {
        switch rawPath.withBytes({ Self.judge($0) }) {
        case .plain: text = rawPath
        case .decoded(let decoded): text = decoded[...]
        case .flawed(let error): throw error
        }
    }

    /// Judges the path of a request as it was sent, without its query (see ``cut(_:)-(String)``).
    public init(rawPath: String) throws(PathError) {
        try self.init(rawPath: rawPath[...])
    }

    /// Judges the path of a request as it was sent, without its query, from bytes; it is copied.
    public init(rawPath bytes: UnsafeRawBufferPointer) throws(PathError) {
        switch Self.judge(bytes) {
        case .plain:
            guard let plain = String(validating: bytes, as: UTF8.self) else { throw .invalidUTF8 }
            text = plain[...]
        case .decoded(let decoded): text = decoded[...]
        case .flawed(let error): throw error
        }
    }

    /// The path of a request's target: everything before the first `?`. Nothing is copied.
    ///
    /// A `#` is left in place, to be refused: a target has no fragment, and a program that takes `#` for a part of the
    /// path would read on where this one had stopped.
    public static func cut(_ target: String) -> Substring {
        cut(target[...])
    }

    /// The path of a request's target: everything before the first `?`. Nothing is copied.
    public static func cut(_ target: Substring) -> Substring {
        guard let mark = target.utf8.firstIndex(of: UInt8(ascii: "?")) else { return target }
        return target[..<mark]
    }

    /// The path of a request's target: everything before the first `?`, of the same memory.
    public static func cut(_ target: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        target.part(0..<(target.firstIndex(of: UInt8(ascii: "?")) ?? target.count))
    }

    /// The decoded path.
    public var description: String { String(text) }

    /// Lends the UTF-8 bytes of the decoded path.
    @inline(__always)
    package func withBytes<R>(_ body: (UnsafeRawBufferPointer) -> R) -> R {
        text.withBytes(body)
    }

    private enum Verdict {
        /// The path is its own decoded form.
        case plain
        case decoded(String)
        case flawed(PathError)
    }

    private static func judge(_ raw: UnsafeRawBufferPointer) -> Verdict {
        switch PathScanner.scan(raw) {
        case .failure(let error): return .flawed(error)
        case .success(let isEncoded):
            if isEncoded { return decode(raw) }
            guard let error = PathScanner.flaw(inSegmentsOf: raw) else { return .plain }
            return .flawed(error)
        }
    }

    private static func decode(_ raw: UnsafeRawBufferPointer) -> Verdict {
        withUnsafeTemporaryAllocation(byteCount: raw.count, alignment: 1) { output in
            switch PathScanner.decode(raw, into: output) {
            case .failure(let error): return .flawed(error)
            case .success(let length):
                let decoded = UnsafeRawBufferPointer(rebasing: output[0..<length])
                if let error = PathScanner.flaw(inSegmentsOf: decoded) { return .flawed(error) }
                if PathScanner.holdsEncodedSeparator(decoded) { return .flawed(.doubleEncoding) }
                guard let text = String(validating: decoded, as: UTF8.self) else { return .flawed(.invalidUTF8) }
                return .decoded(text)
            }
        }
    }
}

extension CanonicalPath: Equatable {
    /// Whether both decoded paths are the same bytes; two that only look alike are not.
    public static func == (left: Self, right: Self) -> Bool {
        left.withBytes { left in right.withBytes { left.holdsSameBytes(as: $0) } }
    }
}
