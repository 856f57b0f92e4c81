import LanyardCore

/// Paths and their patterns by the plainest reading, on arrays of segments.
enum PathReading {
    /// Percent-decoded once; nil where an encoding is broken.
    static func decoded(_ raw: [UInt8]) -> [UInt8]? {
        var bytes: [UInt8] = []
        var index = 0
        while index < raw.count {
            if raw[index] == UInt8(ascii: "%") {
                let pair = raw[(index + 1)...].prefix(2)
                guard pair.count == 2, pair.allSatisfy({ "0123456789abcdefABCDEF".utf8.contains($0) }),
                    let byte = UInt8(String(decoding: pair, as: UTF8.self), radix: 16)
                else { return nil }
                bytes.append(byte)
                index += 3
            } else {
                bytes.append(raw[index])
                index += 1
            }
        }
        return bytes
    }

    /// Every byte encoded but slashes, so that only one decoding leads back.
    static func encoded(_ decoded: [UInt8]) -> [UInt8] {
        let digits = Array("0123456789ABCDEF".utf8)
        return decoded.flatMap { byte -> [UInt8] in
            byte == UInt8(ascii: "/")
                ? [byte] : [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        }
    }

    /// What could make a program behind read another path than the one that was judged; nil if nothing could.
    static func danger(in path: [UInt8]) -> String? {
        guard path.first == UInt8(ascii: "/") else { return "not absolute" }
        if path.contains(where: { $0 < 0x20 || $0 == 0x7f }) { return "a control character" }
        if path.contains(UInt8(ascii: "\\")) { return "a backslash" }
        guard String(validating: path, as: UTF8.self) != nil else { return "no UTF-8" }
        let segments = segments(path)
        for (index, segment) in segments.enumerated() {
            let text = String(decoding: segment, as: UTF8.self)
            let bare = text.split(separator: ";", maxSplits: 1, omittingEmptySubsequences: false).first ?? ""
            if bare == "." || bare == ".." { return "a dot segment" }
            if bare.isEmpty, index < segments.count - 1 || !segment.isEmpty { return "an empty segment" }
        }
        // Whatever decodes once more, or more often, must find nothing that divides a path.
        var again = path
        for _ in 0..<8 {
            guard let next = leniently(again), next != again else { break }
            let (before, after) = (again, next)
            for separator in "/\\;.".utf8 where count(separator, after) > count(separator, before) {
                return "an encoded separator"
            }
            again = next
        }
        return nil
    }

    private static func count(_ byte: UInt8, _ bytes: [UInt8]) -> Int { bytes.count { $0 == byte } }

    /// As a careless program decodes: what is broken stays.
    private static func leniently(_ raw: [UInt8]) -> [UInt8]? {
        var bytes: [UInt8] = []
        var index = 0
        while index < raw.count {
            if raw[index] == UInt8(ascii: "%"), let byte = decoded(Array(raw[index...].prefix(3)))?.first,
                raw.count > index + 2
            {
                bytes.append(byte)
                index += 3
            } else {
                bytes.append(raw[index])
                index += 1
            }
        }
        return bytes
    }

    static func segments(_ path: [UInt8]) -> [[UInt8]] {
        path.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map(Array.init)
    }

    /// Whether a pattern stands for a path, by a table of all pairs of segments.
    static func matches(_ pattern: [UInt8], _ path: [UInt8]) -> Bool {
        let (wanted, given) = (segments(pattern), segments(path))
        let double = Array("**".utf8)
        // table[j]: whether what is wanted from here on stands for the segments from j on.
        var table = (0...given.count).map { $0 == given.count }
        for segment in wanted.reversed() {
            var next = [Bool](repeating: false, count: given.count + 1)
            for place in (0...given.count).reversed() {
                if segment == double {
                    next[place] = table[place] || place < given.count && next[place + 1]
                } else {
                    next[place] = place < given.count && stands(segment, for: given[place]) && table[place + 1]
                }
            }
            table = next
        }
        return table[0]
    }

    private static func stands(_ pattern: [UInt8], for segment: [UInt8]) -> Bool {
        if segment.isEmpty { return pattern.isEmpty }
        var table = (0...segment.count).map { $0 == segment.count }
        for byte in pattern.reversed() {
            var next = [Bool](repeating: false, count: segment.count + 1)
            for place in (0...segment.count).reversed() {
                if byte == UInt8(ascii: "*") {
                    next[place] = table[place] || place < segment.count && next[place + 1]
                } else {
                    next[place] = place < segment.count && segment[place] == byte && table[place + 1]
                }
            }
            table = next
        }
        return table[0]
    }
}
