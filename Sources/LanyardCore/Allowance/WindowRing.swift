// # Rolling windows
//
// A limit promises that *any* stretch of length W holds at most N admitted units. Counting exactly would need the time
// of every unit; instead a window is cut into buckets of length L = W/32, and a unit counts from the start of its bucket
// until that whole bucket has left the window.
//
// **Why no stretch of W can hold more than N.** Take two units, the later admitted at t, the earlier at s with
// t - s <= W. The earlier one's bucket ends after s, so it ends after t - W: at t it had not wholly left the window, and
// was counted. So when the last unit of any stretch was admitted, all others of that stretch were in the sum, and the
// sum with it was at most N.
//
// **Why 33 slots suffice.** At t in bucket B the oldest bucket that has not wholly left is B - 32: bucket B - 33 ended
// at (B - 32)·L <= t - W. So the live ones are B - 32 ... B, and a ring of 33 holds them all.
//
// **What it costs.** A unit comes back at (b + 33)·L for its bucket b, at most L = W/32 later than it ideally could; 33
// numbers, their sum and the newest bucket's number for a window (144 bytes while N fits 32 bits); to move on, at most
// 33 subtractions, and usually none or one.
//
// Time is monotonic. If an instant older than the newest bucket arrives (two threads read the clock, and the later
// reader was first to the lock), it counts in the newest bucket: later than it was, so never too little.

/// A view of one window's memory: `[head, total, slots…]`, of which the head is 64 bits wide, and the sum as wide as its
/// slots. Owns nothing; ``WindowMemory`` does.
package struct WindowRing {
    package static let bucketsPerWindow = 32
    package static let slotCount = 33

    /// 32-bit slots where the amount allows.
    package enum Width: Sendable {
        case narrow
        case wide

        package init(amount: Int64) {
            self = amount <= Int64(UInt32.max) ? .narrow : .wide
        }

        /// 64-bit words that a ring of this width takes, header included.
        package var words: Int {
            switch self {
            case .narrow: 1 + (1 + slotCount) / 2
            case .wide: 1 + 1 + slotCount
            }
        }
    }

    let base: UnsafeMutablePointer<Int64>
    let width: Width
    let bucketNanoseconds: Int64

    /// The memory must hold ``Width/words`` words, all zero or written by a ring of the same width and window.
    package init(base: UnsafeMutablePointer<Int64>, width: Width, windowMilliseconds: Int64) {
        let bucket = WindowRing.bucketNanoseconds(windowMilliseconds: windowMilliseconds)
        self.init(base: base, width: width, bucketNanoseconds: bucket)
    }

    @inline(__always)
    init(base: UnsafeMutablePointer<Int64>, width: Width, bucketNanoseconds: Int64) {
        self.base = base
        self.width = width
        self.bucketNanoseconds = bucketNanoseconds
    }

    /// What a millisecond of a window adds to each of its buckets: 31,250 × 32 ns are one, so that a window of whole
    /// milliseconds divides exactly.
    static let bucketNanosecondsPerMillisecond = 1_000_000 / Int64(bucketsPerWindow)

    @inline(__always)
    package static func bucketNanoseconds(windowMilliseconds: Int64) -> Int64 {
        windowMilliseconds &* bucketNanosecondsPerMillisecond
    }

    /// The newest bucket that the ring has seen.
    package var head: Int64 {
        get { base[0] }
        nonmutating set { base[0] = newValue }
    }

    /// The bucket that an instant lies in.
    func bucket(at instant: MonotonicInstant) -> Int64 {
        WindowRing.floorDivide(instant.nanoseconds, bucketNanoseconds)
    }

    /// The units in all live buckets.
    package var total: Int64 {
        get { self[word: 0] }
        nonmutating set { self[word: 0] = newValue }
    }

    package subscript(slot index: Int) -> Int64 {
        get { self[word: 1 + index] }
        nonmutating set { self[word: 1 + index] = newValue }
    }

    /// The words of the ring's width that follow the head. The sum fits where the slots do: it is at most the amount.
    private subscript(word index: Int) -> Int64 {
        get {
            switch width {
            case .narrow: Int64(narrowWords[index])
            case .wide: base[1 + index]
            }
        }
        nonmutating set {
            switch width {
            case .narrow: narrowWords[index] = UInt32(truncatingIfNeeded: newValue)
            case .wide: base[1 + index] = newValue
            }
        }
    }

    private var narrowWords: UnsafeMutablePointer<UInt32> {
        UnsafeMutableRawPointer(base + 1).assumingMemoryBound(to: UInt32.self)
    }

    private func slot(ofBucket bucket: Int64) -> Int {
        let slots = Int64(WindowRing.slotCount)
        let remainder = bucket % slots
        return Int(remainder < 0 ? remainder + slots : remainder)
    }

    /// Moves on to `now`: what has left the window is forgotten. An older instant changes nothing.
    package func advance(to now: MonotonicInstant) {
        let bucket = bucket(at: now)
        if total == 0 {
            // Nothing is counted, so any head will do; not moving it back keeps time from running backwards.
            head = max(head, bucket)
            return
        }
        guard bucket > head else { return }
        if bucket - head >= Int64(WindowRing.slotCount) {
            clear()
        } else {
            var left = bucket - head
            var index = slot(ofBucket: head)
            while left > 0 {
                index += 1
                if index == WindowRing.slotCount { index = 0 }
                total -= self[slot: index]
                self[slot: index] = 0
                left -= 1
            }
        }
        head = bucket
    }

    private func clear() {
        for index in 0..<WindowRing.slotCount { self[slot: index] = 0 }
        total = 0
    }

    /// Counts `cost` in the newest bucket. The caller has seen that it fits.
    package func charge(_ cost: Int64) {
        let index = slot(ofBucket: head)
        self[slot: index] += cost
        total += cost
    }

    /// The earliest instant at which `cost` would fit within `amount` if nothing else were admitted; `nil` if never.
    package func admits(_ cost: Int64, within amount: Int64) -> MonotonicInstant? {
        guard cost <= amount else { return nil }
        var excess = total + cost - amount
        var bucket = head - Int64(WindowRing.bucketsPerWindow)
        guard excess > 0 else { return start(ofBucket: head) }
        while bucket <= head {
            excess -= self[slot: slot(ofBucket: bucket)]
            if excess <= 0 { return departure(ofBucket: bucket) }
            bucket += 1
        }
        return departure(ofBucket: head)
    }

    /// When the window will be wholly empty if nothing else is admitted; `nil` if it is.
    package var emptyAt: MonotonicInstant? {
        guard total > 0 else { return nil }
        var bucket = head
        while bucket > head - Int64(WindowRing.bucketsPerWindow), self[slot: slot(ofBucket: bucket)] == 0 {
            bucket -= 1
        }
        return departure(ofBucket: bucket)
    }

    private func start(ofBucket bucket: Int64) -> MonotonicInstant {
        MonotonicInstant(nanoseconds: bucket &* bucketNanoseconds)
    }

    /// When `bucket` has wholly left the window.
    private func departure(ofBucket bucket: Int64) -> MonotonicInstant {
        start(ofBucket: bucket &+ Int64(WindowRing.slotCount))
    }

    @inline(__always)
    static func floorDivide(_ number: Int64, _ divisor: Int64) -> Int64 {
        let quotient = number / divisor
        return number < 0 && quotient * divisor != number ? quotient - 1 : quotient
    }
}

extension WindowRing {
    /// The live buckets, oldest first, as they are saved and restored.
    package func snapshot() -> WindowSnapshot {
        // The oldest bucket's slot is the one behind the newest's, for the ring is as long as all that live.
        let newest = slot(ofBucket: head)
        var amounts: [Int64] = []
        amounts.reserveCapacity(WindowRing.slotCount)
        for index in newest + 1..<WindowRing.slotCount { amounts.append(self[slot: index]) }
        for index in 0...newest { amounts.append(self[slot: index]) }
        return WindowSnapshot(head: head, amounts: amounts)
    }

    /// Takes over what was saved, or what a ring of another width held. Amounts that don't fit the width saturate: they
    /// came from a larger limit, and a full window is what they mean for the smaller one.
    package func restore(_ snapshot: WindowSnapshot) {
        clear()
        head = min(max(snapshot.head, -WindowRing.farthestBucket), WindowRing.farthestBucket)
        let oldest = head - Int64(WindowRing.bucketsPerWindow)
        // The sum stays within what its width holds, and within the largest amount that a limit may have, so that no
        // later addition can overflow. The newest come first: what finds no room any more is then what leaves soonest, and
        // at any later time what is left is either all that counts still, or a full window.
        let largest = width == .narrow ? Int64(UInt32.max) : LimitDefinition.Bounds.nanoUSD.upperBound
        for (offset, amount) in snapshot.amounts.prefix(WindowRing.slotCount).enumerated().reversed() {
            let kept = min(max(amount, 0), largest - total)
            self[slot: slot(ofBucket: oldest + Int64(offset))] = kept
            total += kept
        }
    }

    /// No clock comes near it (the shortest bucket is 31 ms), and sums with it don't overflow: a damaged head can do no
    /// more than keep a window shut.
    private static let farthestBucket: Int64 = 1 << 48
}

/// A window's content apart from its memory.
public struct WindowSnapshot: Hashable, Sendable {
    /// The newest bucket's number.
    public var head: Int64
    /// Units in each live bucket, oldest (`head - 32`) first.
    public var amounts: [Int64]

    /// A window's content.
    public init(head: Int64, amounts: [Int64]) {
        self.head = head
        self.amounts = amounts
    }

    /// Whether it counts nothing.
    public var isEmpty: Bool { amounts.allSatisfy { $0 == 0 } }
}
