import LanyardCore

/// The target of a request (RFC 9112, section 3.2): the text as it came, and where its path stands in it.
///
/// The path is data for decisions and is kept as it came; it is made canonical where somebody restricts paths.
struct RequestTarget: Equatable {
    let text: String
    /// The path's bytes, counted in UTF-8.
    let path: Range<Int>

    /// Reads the origin form, `/path?query`, and the absolute form, `http://host/path?query`; `nil` for any other.
    init?(_ text: String) {
        let path = text.withBytes { bytes -> Range<Int>? in
            guard let first = bytes.first else { return nil }
            let start = first == UInt8(ascii: "/") ? 0 : Self.endOfAuthority(in: bytes)
            guard let start else { return nil }
            var end = start
            while end < bytes.count, bytes[end] != UInt8(ascii: "?") {
                // A fragment is never sent to a server; what follows it has no meaning here.
                if bytes[end] == UInt8(ascii: "#") { return nil }
                end += 1
            }
            return start..<end
        }
        guard let path else { return nil }
        self.text = text
        self.path = path
    }

    private static func endOfAuthority(in bytes: UnsafeRawBufferPointer) -> Int? {
        for scheme in ["http://", "https://"] as [StaticString] {
            let length = scheme.utf8CodeUnitCount
            guard bytes.count > length, bytes.part(0..<length).equalsIgnoringCase(scheme) else { continue }
            var end = length
            while end < bytes.count, bytes[end] != UInt8(ascii: "/"), bytes[end] != UInt8(ascii: "?") { end += 1 }
            return end == length ? nil : end
        }
        return nil
    }

    /// Lends the path's bytes.
    @inline(__always)
    func withPath<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        text.withBytes { body($0.part(path)) }
    }
}

extension RequestTarget {
    /// A part of the path, by its bytes' places in the path.
    func part(_ range: Range<Int>) -> String {
        String(Substring(text.utf8[place(range.lowerBound)..<place(range.upperBound)]))
    }

    /// What follows a place in the path, the query included.
    func rest(from offset: Int) -> Substring {
        Substring(text.utf8[place(offset)...])
    }

    /// Path and query. The text itself, but for an absolute target.
    var pathAndQuery: String { path.lowerBound == 0 ? text : String(rest(from: 0)) }

    /// The path, as it was sent.
    var pathText: Substring {
        Substring(text.utf8[place(0)..<place(path.count)])
    }

    private func place(_ offset: Int) -> String.Index {
        text.utf8.index(text.utf8.startIndex, offsetBy: path.lowerBound + offset)
    }
}
