/// Many cases of one target, from one seed.
package struct Campaign: Sendable {
    package let target: FuzzTarget
    package let seed: UInt64

    /// A case for which a property does not hold.
    package struct Failure: Sendable, CustomStringConvertible {
        package let target: String
        package let seed: UInt64
        /// Which case of the campaign; none for a seed of the target itself.
        package let number: Int?
        package let property: String
        package let bytes: [UInt8]

        /// All that is needed to see it again.
        package var description: String {
            """
            \(target): \(property)
              case: \(number.map { "\($0) of LANYARD_SEED=\(seed)" } ?? "a seed of the target")
              text: \(String(decoding: bytes.prefix(400), as: UTF8.self).debugDescription)
              for Tests/Fuzz/Suite/Regressions/cases.txt: \(target) \(FuzzBase64.encode(bytes))
            """
        }
    }

    package struct Report: Sendable {
        package var accepted = 0
        package var refused = 0
        package var failure: Failure?
        package var cases: Int { accepted + refused + (failure == nil ? 0 : 1) }
    }

    package init(_ target: FuzzTarget, seed: UInt64) {
        self.target = target
        self.seed = seed
    }

    /// Tries the target's own seeds, then `count` cases; stops at the first failure, made as short as it can be.
    package func run(_ count: Int) -> Report {
        var report = Report()
        for bytes in target.seeds where report.failure == nil { take(bytes, number: nil, into: &report) }
        for number in 0..<count where report.failure == nil {
            var mutator = Mutator(target, seed: seed, number: number)
            take(mutator.next(), number: number, into: &report)
        }
        return report
    }

    private func take(_ bytes: [UInt8], number: Int?, into report: inout Report) {
        switch target.check(bytes) {
        case .accepted: report.accepted += 1
        case .refused: report.refused += 1
        case .broken(let property):
            let short = shortened(bytes)
            // The short case may break in another way; what is told is what it shows.
            let shown: String
            switch target.check(short) {
            case .accepted, .refused: shown = property
            case .broken(let property): shown = property
            }
            report.failure = Failure(
                target: target.name, seed: seed, number: number, property: shown, bytes: short)
        }
    }

    /// The case without every piece that it can do without, tried from large to small.
    private func shortened(_ bytes: [UInt8]) -> [UInt8] {
        var best = bytes
        var tries = 0
        var size = max(1, best.count / 2)
        while size > 0 {
            var start = 0
            while start < best.count, tries < 4_000 {
                var shorter = best
                shorter.removeSubrange(start..<min(start + size, shorter.count))
                tries += 1
                if target.check(shorter).isBroken { best = shorter } else { start += size }
            }
            size /= 2
        }
        return best
    }
}

/// Base64, for cases in text files: written here because none of the product's own may judge itself.
package enum FuzzBase64 {
    private static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    package static func encode(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let word = group.reduce(0) { $0 << 8 | UInt32($1) } << (8 * UInt32(3 - group.count))
            for place in 0..<4 {
                text.append(
                    place > group.count ? UInt8(ascii: "=") : digits[Int(word >> UInt32(18 - 6 * place) & 63)])
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    package static func decode(_ text: some StringProtocol) -> [UInt8]? {
        var bytes: [UInt8] = []
        var word: UInt32 = 0
        var bits = 0
        for byte in text.utf8 where byte != UInt8(ascii: "=") {
            guard let value = digits.firstIndex(of: byte) else { return nil }
            word = word << 6 | UInt32(value)
            bits += 6
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(truncatingIfNeeded: word >> UInt32(bits)))
            }
        }
        return bytes
    }
}
