// # Windows that several nodes count together
//
// Where nodes share a store, each asks it before it admits: the windows stand there, in the form of `WindowRing`, and
// are counted by the store's own clock, which no node's clock can move. What a question does to them is written here
// once, for every store that keeps rows; a store locks the rows, reads its clock, applies, and saves.
//
// **Why no stretch of W holds more than N, for whoever watches from outside.** A call is charged after it was sent and
// before it was answered. Take any N+1 units of which the last was answered less than W after the first was sent: all of
// them were charged within less than W, by one clock, and at the last charge the others had not left the window
// (`WindowRing`). So the last could not have been charged.
//
// **A clock that is set back** would leave buckets in the future, which shut the window until the clock has come there
// again. Instead the ring is moved back with it: its newest bucket becomes the one after the present. (A unit that lies k
// buckets behind the newest was charged at least k - 1 buckets ago, and leaves in no less than 33 - k from now: together a
// window. With the present bucket it would be one less.) So every unit leaves no earlier than it should, and no later than
// a window and two buckets from now. **A clock that is set forward** the nodes notice (`CounterClock`); where they noticed
// it only afterwards, windows that may have forgotten too much stay shut (`CounterStep`).

/// The windows that a batch of questions touches, between a store's reading and writing of them.
public struct CounterPage: Sendable {
    private let time: MonotonicInstant
    private let step: CounterStep?
    private var windows: [CounterID: WindowSnapshot]
    private var changed: Set<CounterID> = []

    /// - Parameters:
    ///   - time: The counters' clock, read after the windows were locked: nanoseconds since 1970.
    ///   - step: The last step of that clock that was noticed too late.
    ///   - windows: Those that there are of the windows that will be asked about.
    public init(time: MonotonicInstant, step: CounterStep? = nil, windows: [SavedWindow]) {
        self.time = time
        self.step = step
        self.windows = Dictionary(
            windows.map { (CounterID(subject: $0.subject, identity: $0.identity), $0.snapshot) },
            uniquingKeysWith: { $1 })
    }

    /// What must be saved, each window once, in no order; an empty one may as well be deleted.
    public var changes: [SavedWindow] {
        changed.map { id in
            SavedWindow(
                subject: id.subject, identity: id.identity,
                snapshot: windows[id] ?? WindowSnapshot(head: 0, amounts: []))
        }
    }

    /// Charges every part, or none; tells in either case how the windows stand.
    public mutating func apply(_ question: CounterQuestion) -> CounterAnswer {
        let isCharged = question.parts.allSatisfy { part in
            part.cost <= 0 || closing(part) == nil && withRing(part) { $0.total <= part.amount - part.cost }
        }
        let time = time
        func milliseconds(until instant: MonotonicInstant) -> Int64 {
            max(1, (instant.nanoseconds - time.nanoseconds + 999_999) / 1_000_000)
        }
        let readings = question.parts.map { part in
            let closing = part.cost > 0 ? closing(part) : nil
            return withRing(part) { ring in
                let isFull = !isCharged && part.cost > 0 && (closing != nil || ring.total > part.amount - part.cost)
                if isCharged, part.cost > 0 { ring.charge(part.cost) }
                let room = isFull ? ring.admits(part.cost, within: part.amount) : nil
                return CounterAnswer.Reading(
                    total: ring.total, emptyInMilliseconds: ring.emptyAt.map(milliseconds) ?? 0,
                    retryInMilliseconds: room.map { max($0, closing ?? $0) }.map(milliseconds), isFull: isFull)
            }
        }
        if isCharged { changed.formUnion(question.parts.lazy.filter { $0.cost > 0 }.map(\.id)) }
        return CounterAnswer(isCharged: isCharged, readings: readings)
    }

    /// Until when a part's window is shut, if it is.
    private func closing(_ part: CounterQuestion.Part) -> MonotonicInstant? {
        let end = step?.closing(windowMilliseconds: part.id.identity.windowMilliseconds)
        return end.flatMap { time < $0 ? $0 : nil }
    }

    /// A part's window, moved on to the present. Wide whatever the amount: another question may name another amount, while
    /// nodes hear of a change.
    private mutating func withRing<Result>(_ part: CounterQuestion.Part, _ body: (WindowRing) -> Result) -> Result {
        withUnsafeTemporaryAllocation(of: Int64.self, capacity: WindowRing.Width.wide.words) { words in
            words.initialize(repeating: 0)
            guard let base = words.baseAddress else { preconditionFailure("a ring has words") }
            let ring = WindowRing(base: base, width: .wide, windowMilliseconds: part.id.identity.windowMilliseconds)
            if var snapshot = windows[part.id] {
                let latest = ring.bucket(at: time) + 1
                if snapshot.head > latest {
                    snapshot.head = latest
                    // Also where nothing is charged: moved back again each time, it would never empty.
                    changed.insert(part.id)
                }
                ring.restore(snapshot)
            }
            ring.advance(to: time)
            let result = body(ring)
            windows[part.id] = ring.snapshot()
            return result
        }
    }
}
