/// Matches a pattern of paths with wildcards against a canonical path.
///
/// Both are walked segment by segment. At a `**` the walk first lets it stand for nothing, and remembers the place. When
/// it fails further on, it comes back to the *last* `**` that it has passed, and lets that one stand for one segment
/// more. Earlier ones never need to be tried again: whatever they could take in addition, the last one can take instead,
/// for it lies between them and what failed. Within a segment `*` is handled in the same way, byte by byte. (Bytes are
/// enough: no character's UTF-8 form begins within another's.)
///
/// So nothing recurs and nothing is exponential. Between two `**` a segment of the pattern meets a segment of the path
/// at most once, and one meeting costs at most the product of their lengths. All meetings together cost at most
/// P x N steps of one byte, for a pattern of P and a path of N bytes: with the limits of both about 4 million, reached
/// only by a pattern that was made for it.
enum PathMatcher {
    /// The steps that a set of patterns may take for one path: some 200 times what 256 ordinary patterns take, and well
    /// under a millisecond. Whoever may write a key's patterns must not be able to make its decisions take a second.
    static let stepBudget = 500_000

    static let wildcard = UInt8(ascii: "*")

    /// Where the segment that begins at `start` ends: at its slash, or at the end.
    @inline(__always)
    static func end(ofSegmentAt start: Int, in bytes: UnsafeRawBufferPointer) -> Int {
        var end = start
        while end < bytes.count && bytes[end] != PathScanner.slash { end += 1 }
        return end
    }

    /// Whether a segment is `**`.
    @inline(__always)
    static func isDoubleWildcard(_ pattern: UnsafeRawBufferPointer, _ segment: Range<Int>) -> Bool {
        segment.count == 2 && pattern[segment.lowerBound] == wildcard && pattern[segment.lowerBound + 1] == wildcard
    }

    /// Whether `pattern` stands for `path`; both begin with `/`.
    ///
    /// Takes its steps from `budget`; when that is used up, the answer is no.
    static func matches(
        pattern: UnsafeRawBufferPointer, path: UnsafeRawBufferPointer, budget: inout Int
    ) -> Bool {
        // Where the next segments begin. A place behind the end means that there is none.
        var wanted = 1
        var given = 1
        // Behind the last `**`, and where in the path what it does not take begins.
        var retry: (wanted: Int, given: Int)?
        while given <= path.count {
            if budget < 0 { return false }
            if wanted <= pattern.count {
                let wantedEnd = end(ofSegmentAt: wanted, in: pattern)
                if isDoubleWildcard(pattern, wanted..<wantedEnd) {
                    wanted = wantedEnd + 1
                    if wanted > pattern.count { return true }
                    retry = (wanted, given)
                    continue
                }
                let givenEnd = end(ofSegmentAt: given, in: path)
                budget -= wantedEnd - wanted + givenEnd - given
                if matches(pattern.part(wanted..<wantedEnd), segment: path.part(given..<givenEnd), budget: &budget) {
                    wanted = wantedEnd + 1
                    given = givenEnd + 1
                    continue
                }
            }
            guard let last = retry else { return false }
            wanted = last.wanted
            given = end(ofSegmentAt: last.given, in: path) + 1
            budget -= given - last.given
            retry = (wanted, given)
        }
        // The path is used up: what is left of the pattern must be able to stand for nothing.
        while wanted <= pattern.count {
            let wantedEnd = end(ofSegmentAt: wanted, in: pattern)
            guard isDoubleWildcard(pattern, wanted..<wantedEnd) else { return false }
            wanted = wantedEnd + 1
        }
        return true
    }

    /// Whether a segment of a pattern stands for a segment of a path.
    private static func matches(
        _ pattern: UnsafeRawBufferPointer, segment: UnsafeRawBufferPointer, budget: inout Int
    ) -> Bool {
        // The last segment of a path that ends with a slash is empty; only an empty one or `**` stands for it.
        if segment.isEmpty { return pattern.isEmpty }
        var wanted = 0
        var given = 0
        var retry: (wanted: Int, given: Int)?
        while given < segment.count {
            budget -= 1
            if budget < 0 { return false }
            if wanted < pattern.count && pattern[wanted] == wildcard {
                wanted += 1
                if wanted == pattern.count { return true }
                retry = (wanted, given)
            } else if wanted < pattern.count && pattern[wanted] == segment[given] {
                wanted += 1
                given += 1
            } else if let last = retry {
                wanted = last.wanted
                given = last.given + 1
                retry = (wanted, given)
            } else {
                return false
            }
        }
        return pattern.part(wanted..<pattern.count).allSatisfy { $0 == wildcard }
    }
}
