/// The rules of ``CanonicalPath`` over bytes: first over the path as it was sent, then over the decoded one.
///
/// Each pass is linear. A path without `%` is its own decoded form, and nothing of it is copied.
enum PathScanner {
    static let slash = UInt8(ascii: "/")
    private static let percent = UInt8(ascii: "%")

    /// Judges the bytes as they were sent, up to what only decoding can tell.
    ///
    /// - Returns: Whether there is anything to decode.
    static func scan(_ raw: UnsafeRawBufferPointer) -> Result<Bool, PathError> {
        guard raw.first == slash else { return .failure(.notAbsolute) }
        guard raw.count <= CanonicalPath.maximumLength else { return .failure(.tooLong) }
        var isEncoded = false
        for (index, byte) in raw.enumerated() {
            switch byte {
            case 0x00...0x1f, 0x7f: return .failure(.controlCharacter)
            case UInt8(ascii: "\\"): return .failure(.backslash)
            case UInt8(ascii: "?"): return .failure(.query)
            case UInt8(ascii: "#"): return .failure(.fragment)
            case UInt8(ascii: "%"): isEncoded = true
            case 0xef:
                // U+FFFD is what a decoder puts in place of bytes that were no UTF-8. What those were can't be told, so
                // it is refused as they are.
                if index + 2 < raw.count, raw[index + 1] == 0xbf, raw[index + 2] == 0xbd {
                    return .failure(.invalidUTF8)
                }
            default: break
            }
        }
        return .success(isEncoded)
    }

    /// Decodes `raw`, which has been scanned, into `output`, which is at least as long.
    ///
    /// - Returns: The length of the decoded path.
    static func decode(
        _ raw: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) -> Result<Int, PathError> {
        var length = 0
        var index = 0
        while index < raw.count {
            if raw[index] == percent {
                guard let decoded = byte(encodedBy: index + 1, of: raw) else { return .failure(.invalidEncoding) }
                switch decoded {
                case slash: return .failure(.encodedSlash)
                case UInt8(ascii: "\\"): return .failure(.backslash)
                case 0x00...0x1f, 0x7f: return .failure(.controlCharacter)
                default: output[length] = decoded
                }
                index += 3
            } else {
                output[length] = raw[index]
                index += 1
            }
            length += 1
        }
        return .success(length)
    }

    /// Judges the segments of a decoded path; `nil` if they are as they should be.
    static func flaw(inSegmentsOf path: UnsafeRawBufferPointer) -> PathError? {
        for index in path.indices where path[index] == slash {
            guard index + 1 < path.count else { break }
            switch path[index + 1] {
            case slash, UInt8(ascii: ";"): return .emptySegment
            case UInt8(ascii: "."): if isDotSegment(path, at: index + 1) { return .dotSegment }
            default: break
            }
        }
        return nil
    }

    /// Whether a decoded path still holds an encoded `.`, `/`, `\` or `;`, however often and however crookedly encoded.
    ///
    /// What decoding yields may complete another encoding with the bytes around it: `%2%65` becomes `%2e`, `%%32e` too. So
    /// each byte is put behind those before it, and whatever then ends in `%` and two digits is decoded at once. Every
    /// decoding takes two bytes away, so all of it is linear; decoding the whole again and again would not be.
    static func holdsEncodedSeparator(_ path: UnsafeRawBufferPointer) -> Bool {
        guard path.contains(percent) else { return false }
        return withUnsafeTemporaryAllocation(byteCount: path.count, alignment: 1) { decoded in
            var length = 0
            for next in path {
                decoded[length] = next
                length += 1
                while length >= 3, decoded[length - 3] == percent,
                    let byte = byte(encodedBy: length - 2, of: UnsafeRawBufferPointer(rebasing: decoded[0..<length]))
                {
                    switch byte {
                    case UInt8(ascii: "."), slash, UInt8(ascii: "\\"), UInt8(ascii: ";"): return true
                    default: break
                    }
                    length -= 2
                    decoded[length - 1] = byte
                }
            }
            return false
        }
    }

    private static func isDotSegment(_ path: UnsafeRawBufferPointer, at start: Int) -> Bool {
        var end = start
        while end < path.count, path[end] == UInt8(ascii: ".") { end += 1 }
        guard end - start <= 2 else { return false }
        // What follows a `;` are parameters, which some programs take away before they look at the dots.
        return end == path.count || path[end] == slash || path[end] == UInt8(ascii: ";")
    }

    /// The byte that the two hexadecimal digits at `index` stand for.
    private static func byte(encodedBy index: Int, of bytes: UnsafeRawBufferPointer) -> UInt8? {
        guard
            index + 1 < bytes.count,
            let upper = Hexadecimal.value(of: bytes[index]),
            let lower = Hexadecimal.value(of: bytes[index + 1])
        else { return nil }
        return upper << 4 | lower
    }
}
