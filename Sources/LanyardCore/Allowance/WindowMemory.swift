/// The memory of a subject's windows: one allocation for all of them, made when the first unit is counted. It belongs to
/// one state, which lends it, so there are no references to it that a decision would have to count.
struct WindowMemory: ~Copyable {
    private let words: UnsafeMutablePointer<Int64>?

    /// None yet.
    init() {
        words = nil
    }

    /// Windows that count nothing.
    init(words count: Int) {
        let memory = UnsafeMutablePointer<Int64>.allocate(capacity: count)
        memory.initialize(repeating: 0, count: count)
        words = memory
    }

    deinit { words?.deallocate() }

    var areThere: Bool { words != nil }

    /// The window of `rule`, valid only within `body`.
    func withRing<Result>(_ rule: borrowing LimitRule, _ body: (WindowRing) -> Result) -> Result {
        withRing(LimitGauge(copy rule), body)
    }

    /// The window of `gauge`, valid only within `body`. There must be memory, made for the limits that the gauge is one of.
    @inline(__always)
    func withRing<Result>(_ gauge: LimitGauge, _ body: (WindowRing) -> Result) -> Result {
        guard let words else { preconditionFailure("there are no windows yet") }
        return body(
            WindowRing(base: words + gauge.offset, width: gauge.width, bucketNanoseconds: gauge.bucketNanoseconds))
    }
}
