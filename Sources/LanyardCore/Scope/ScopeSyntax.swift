/// The grammar that granted scopes and the names of scopes share.
///
/// ```
/// scope   = segment *( ":" segment ) [ "@" project ]
/// segment = 1*( a-z / 0-9 / "_" / "." / "-" ) / "*"
/// project = ( a-z / 0-9 ) *62( a-z / 0-9 / "_" / "." / "-" )
/// ```
package enum ScopeSyntax {
    /// The first segment of the scopes that rule Lanyard itself.
    package static let administrative: StaticString = "lanyard"
    package static let wildcard = UInt8(ascii: "*")
    package static let separator = UInt8(ascii: ":")
    package static let projectMark = UInt8(ascii: "@")
    package static let maximumProjectLength = 63

    /// What was found in a text that is a scope.
    struct Findings {
        /// The length of the part before the `@`, or of all.
        var bodyLength = 0
        var hasWildcard = false
        var isAdministrative = false
    }

    /// Reads a scope with all that a granted one may have.
    static func read(_ bytes: UnsafeRawBufferPointer) -> Result<Findings, ScopeSyntaxError> {
        guard bytes.count > 0 else { return .failure(ScopeSyntaxError(.empty, at: 0)) }
        guard bytes.count <= Scope.maximumLength else {
            return .failure(ScopeSyntaxError(.tooLong, at: Scope.maximumLength))
        }
        guard !isReserved(bytes) else { return .failure(ScopeSyntaxError(.reservedWord, at: 0)) }
        let bodyLength = bytes.firstIndex(of: projectMark) ?? bytes.count
        var findings = Findings(bodyLength: bodyLength)
        if let error = readBody(bytes.part(0..<bodyLength), &findings) { return .failure(error) }
        guard bodyLength < bytes.count else { return .success(findings) }
        guard findings.isAdministrative else {
            return .failure(ScopeSyntaxError(.projectNotAllowed, at: bodyLength))
        }
        guard isProjectName(bytes.part(bodyLength + 1..<bytes.count)) else {
            return .failure(ScopeSyntaxError(.invalidProject, at: bodyLength + 1))
        }
        return .success(findings)
    }

    private static func readBody(_ body: UnsafeRawBufferPointer, _ findings: inout Findings) -> ScopeSyntaxError? {
        var segments = ScopeSegments(body)
        var segmentCount = 0
        while let segment = segments.next() {
            segmentCount += 1
            guard segmentCount <= Scope.maximumSegmentCount else {
                return ScopeSyntaxError(.tooManySegments, at: segment.lowerBound)
            }
            guard !segment.isEmpty else { return ScopeSyntaxError(.emptySegment, at: segment.lowerBound) }
            let text = body.part(segment)
            if text.count == 1 && text[0] == wildcard {
                findings.hasWildcard = true
                continue
            }
            if let offset = text.firstIndex(where: { !isSegmentByte($0) }) {
                let reason: ScopeSyntaxError.Reason = text[offset] == wildcard ? .partialWildcard : .invalidCharacter
                return ScopeSyntaxError(reason, at: segment.lowerBound + offset)
            }
            if segmentCount == 1 { findings.isAdministrative = isAdministrative(text) }
        }
        return nil
    }

    @inline(__always)
    private static func isSegmentByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "-"): true
        default: false
        }
    }

    static func isAdministrative(_ segment: UnsafeRawBufferPointer) -> Bool {
        segment.holdsSameBytes(
            as: UnsafeRawBufferPointer(start: administrative.utf8Start, count: administrative.utf8CodeUnitCount))
    }

    /// Whether `bytes` are a project's name: `^[a-z0-9][a-z0-9_.-]{0,62}$`.
    package static func isProjectName(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard (1...maximumProjectLength).contains(bytes.count) else { return false }
        switch bytes[0] {
        case UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "-"): return false
        default: return bytes.allSatisfy(isSegmentByte)
        }
    }

    static func isReserved(_ word: UnsafeRawBufferPointer) -> Bool {
        isAnd(word) || isOr(word)
    }

    static func isAnd(_ word: UnsafeRawBufferPointer) -> Bool {
        word.count == 3 && word[0] == UInt8(ascii: "a") && word[1] == UInt8(ascii: "n") && word[2] == UInt8(ascii: "d")
    }

    static func isOr(_ word: UnsafeRawBufferPointer) -> Bool {
        word.count == 2 && word[0] == UInt8(ascii: "o") && word[1] == UInt8(ascii: "r")
    }
}

/// Walks the segments between the `:` of a scope, without copying them.
struct ScopeSegments {
    private let bytes: UnsafeRawBufferPointer
    private var start = 0

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    /// Whether a call of ``next()`` will give a segment.
    @inline(__always)
    var hasNext: Bool { start <= bytes.count }

    /// Where the next segment is; an empty text has one, an empty one.
    @inline(__always)
    mutating func next() -> Range<Int>? {
        guard hasNext else { return nil }
        var end = start
        while end < bytes.count && bytes[end] != ScopeSyntax.separator { end += 1 }
        defer { start = end + 1 }
        return start..<end
    }
}
