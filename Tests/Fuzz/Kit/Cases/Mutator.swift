/// Makes cases out of a target's seeds: by what is likely to reach past a parser's first check.
///
/// Every case is a function of its number alone, so one can be made again without those before it.
package struct Mutator {
    private let target: FuzzTarget
    private var random: SeededBytes

    /// Runs are repeated up to this length, and now and then to the longest.
    private static let usualLength = 2_048
    private static let longestLength = 20_000

    package init(_ target: FuzzTarget, seed: UInt64, number: Int) {
        self.target = target
        var mixed: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in target.name.utf8 { mixed = (mixed ^ UInt64(byte)) &* 0x100_0000_01b3 }
        random = SeededBytes(seed: seed ^ mixed ^ (UInt64(number) &* 0x9e37_79b9_7f4a_7c15))
    }

    package mutating func next() -> [UInt8] {
        if random.isOneIn(24) { return soup() }
        var bytes = random.element(of: target.seeds) ?? []
        // One change leaves most of a case right, and so reaches furthest.
        let changes = random.isOneIn(3) ? 2 + random.below(4) : 1
        for _ in 0..<changes { mutate(&bytes) }
        let longest = random.isOneIn(16) ? Self.longestLength : Self.usualLength
        return Array(bytes.prefix(longest))
    }

    /// Tokens in any order.
    private mutating func soup() -> [UInt8] {
        var bytes: [UInt8] = []
        for _ in 0..<random.below(24) { bytes += token() }
        return bytes
    }

    private mutating func mutate(_ bytes: inout [UInt8]) {
        let place = random.below(bytes.count + 1)
        let end = min(bytes.count, place + random.below(16))
        switch random.below(20) {
        case 0, 1:
            if place < bytes.count { bytes[place] ^= 1 << UInt8(random.below(8)) }
        case 2:
            if place < bytes.count { bytes[place] = random.byte() }
        case 3, 4: bytes.insert(contentsOf: token(), at: place)
        case 5: bytes.replaceSubrange(place..<end, with: token())
        case 6: bytes.removeSubrange(place..<end)
        case 7: bytes.insert(contentsOf: bytes[place..<end], at: end)
        case 8: splice(&bytes, at: place)
        case 9: replaceNumber(&bytes, from: place)
        case 10: run(&bytes, place..<end)
        case 11: nest(&bytes, place..<end)
        case 12: bytes.insert(contentsOf: random.element(of: HostileBytes.notUTF8) ?? [], at: place)
        case 13, 14, 15: replaceInKind(&bytes, at: place)
        case 16, 17, 18: swapWord(&bytes, at: place)
        default: bytes.removeLast(min(bytes.count, random.below(8)))
        }
    }

    private mutating func token() -> [UInt8] {
        switch random.below(8) {
        case 0: random.element(of: HostileBytes.numbers) ?? []
        case 1: random.element(of: HostileBytes.encodings) ?? []
        case 2: [random.byte()]
        default: random.element(of: target.tokens) ?? [random.byte()]
        }
    }

    /// The head of this case, and the tail of another seed.
    private mutating func splice(_ bytes: inout [UInt8], at place: Int) {
        let other = random.element(of: target.seeds) ?? []
        bytes = Array(bytes.prefix(place)) + other.dropFirst(random.below(other.count + 1))
    }

    /// A digit for a digit, a letter for a letter: what has a form keeps it.
    private mutating func replaceInKind(_ bytes: inout [UInt8], at place: Int) {
        guard place < bytes.count else { return }
        for kind in HostileBytes.kinds where kind.contains(bytes[place]) {
            bytes[place] = random.element(of: kind) ?? bytes[place]
        }
    }

    /// The word, string or number at a place becomes one of another seed, or a token.
    private mutating func swapWord(_ bytes: inout [UInt8], at place: Int) {
        let other = random.isOneIn(3) ? token() : random.element(of: target.seeds) ?? []
        let given = Self.word(in: other, at: random.below(other.count + 1))
        bytes.replaceSubrange(Self.word(in: bytes, at: place), with: other[given])
    }

    private static func word(in bytes: [UInt8], at place: Int) -> Range<Int> {
        func isPart(_ byte: UInt8) -> Bool { HostileBytes.kinds.contains { $0.contains(byte) } || byte >= 0x80 }
        let start = bytes[..<place].lastIndex { !isPart($0) }.map { $0 + 1 } ?? 0
        let end = bytes[place...].firstIndex { !isPart($0) } ?? bytes.count
        return start..<end
    }

    /// The first run of digits behind a place becomes a number on an edge.
    private mutating func replaceNumber(_ bytes: inout [UInt8], from place: Int) {
        func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }
        guard let start = bytes[place...].firstIndex(where: isDigit) else { return }
        let end = bytes[start...].firstIndex { !isDigit($0) } ?? bytes.count
        bytes.replaceSubrange(start..<end, with: random.element(of: HostileBytes.numbers) ?? [])
    }

    private mutating func run(_ bytes: inout [UInt8], _ range: Range<Int>) {
        let piece = range.isEmpty ? token() : Array(bytes[range])
        guard !piece.isEmpty else { return }
        let length = random.isOneIn(32) ? Self.longestLength : 1 << (random.below(9))
        let repeated = repeatElement(piece, count: length / piece.count + 1).joined()
        bytes.insert(contentsOf: repeated, at: range.lowerBound)
    }

    private mutating func nest(_ bytes: inout [UInt8], _ range: Range<Int>) {
        guard let (open, close) = random.element(of: HostileBytes.brackets) else { return }
        let depth = 1 << random.below(8)
        let inner = Array(bytes[range])
        let opened = Array(repeatElement(open, count: depth).joined())
        let closed = Array(repeatElement(close, count: depth).joined())
        bytes.replaceSubrange(range, with: opened + inner + closed)
    }
}

/// Numbers from a seed, shaped for picking.
struct SeededBytes {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    /// SplitMix64.
    private mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    mutating func below(_ bound: Int) -> Int { bound < 2 ? 0 : Int(next() % UInt64(bound)) }
    mutating func isOneIn(_ bound: Int) -> Bool { below(bound) == 0 }
    mutating func byte() -> UInt8 { UInt8(truncatingIfNeeded: next()) }

    mutating func element<Element>(of elements: [Element]) -> Element? {
        elements.isEmpty ? nil : elements[below(elements.count)]
    }
}
