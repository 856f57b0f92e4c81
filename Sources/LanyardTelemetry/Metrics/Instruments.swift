import CoreMetrics
import Synchronization

// The four things that can be counted. Each is what swift-metrics hands to whoever counts, and what the registry reads.

/// A number that only grows.
final class CounterInstrument: CounterHandler {
    private let cells = ShardedCells(count: 1)

    /// A counter never goes down: an amount below zero changes nothing.
    func increment(by amount: Int64) {
        guard amount > 0 else { return }
        cells.add(UInt64(amount), to: 0)
    }

    func reset() { cells.clear() }

    var value: UInt64 { cells.sum(of: 0) }
}

/// A number that only grows, with a fraction.
final class FloatingPointCounterInstrument: FloatingPointCounterHandler {
    private let cells = ShardedCells(count: 1)

    /// An amount below zero, or one that is no number, changes nothing.
    func increment(by amount: Double) {
        guard amount > 0, amount.isFinite else { return }
        cells.add(amount, toFloatingPoint: 0)
    }

    func reset() { cells.clear() }

    var value: Double { cells.floatingPointSum(of: 0) }
}

/// A number that goes up and down: the bits of one `Double`, because what was set last counts, whoever set it.
final class GaugeInstrument: MeterHandler, RecorderHandler {
    private let bits = Atomic<UInt64>(0)

    func set(_ value: Int64) { set(Double(value)) }

    func set(_ value: Double) { bits.store(value.bitPattern, ordering: .relaxed) }

    func increment(by amount: Double) {
        guard amount.isFinite else { return }
        var known = bits.load(ordering: .relaxed)
        while true {
            let sum = (Double(bitPattern: known) + amount).bitPattern
            let (exchanged, original) = bits.weakCompareExchange(expected: known, desired: sum, ordering: .relaxed)
            if exchanged { return }
            known = original
        }
    }

    func decrement(by amount: Double) { increment(by: -amount) }

    // swift-metrics knows a gauge as a recorder that doesn't aggregate.
    func record(_ value: Int64) { set(value) }

    func record(_ value: Double) { set(value) }

    var value: Double { Double(bitPattern: bits.load(ordering: .relaxed)) }
}

/// How many values fell into each of a few fixed ranges, and their sum.
///
/// Nothing is kept of a single value, so a value costs two additions and no memory. The count is not a cell of its own
/// but the sum of the ranges, so that it always agrees with them. Durations, of which every request has one, are summed up
/// as whole nanoseconds: that takes one addition, where a sum of fractions takes an exchange that may have to be repeated.
final class HistogramInstrument: RecorderHandler, TimerHandler {
    /// The upper ends of the ranges as they are shown, ascending; a last one without an end follows.
    let shownBounds: [Double]
    /// The same in the unit that is recorded.
    private let bounds: [Double]
    /// What a recorded value is divided by when it is shown: durations are recorded in nanoseconds and shown in seconds.
    private let scale: Double
    private let cells: ShardedCells

    private var sumCell: Int { bounds.count + 1 }
    private var wholeSumCell: Int { bounds.count + 2 }

    init(shownBounds: [Double], scale: Double) {
        self.shownBounds = shownBounds
        self.scale = scale
        // 10^-6 · 10^9 need not come out as 1000: whole nanoseconds are meant.
        bounds = scale == 1 ? shownBounds : shownBounds.map { ($0 * scale).rounded() }
        cells = ShardedCells(count: bounds.count + 3)
    }

    func recordNanoseconds(_ duration: Int64) {
        let duration = max(duration, 0)
        cells.add(1, to: range(of: Double(duration)))
        cells.add(UInt64(duration), to: wholeSumCell)
    }

    func record(_ value: Int64) { record(Double(value)) }

    /// A value that is no number changes nothing: it would spoil the sum for good.
    func record(_ value: Double) {
        guard value.isFinite else { return }
        cells.add(1, to: range(of: value))
        cells.add(value, toFloatingPoint: sumCell)
    }

    /// The first range whose end is not below the value.
    private func range(of value: Double) -> Int {
        var low = 0
        var high = bounds.count
        while low < high {
            let middle = (low + high) / 2
            if bounds[middle] < value { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// For each range, the last one without an end included, how many values were at most its end.
    var cumulativeCounts: [UInt64] {
        var total: UInt64 = 0
        return (0...bounds.count).map { range in
            total += cells.sum(of: range)
            return total
        }
    }

    /// The sum of all values, in the unit that is shown.
    var sum: Double { (cells.floatingPointSum(of: sumCell) + Double(cells.sum(of: wholeSumCell))) / scale }
}
