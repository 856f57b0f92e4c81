import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

// # Counting without waiting
//
// Every request counts something, on every event loop. One atomic integer would be right, but its cache line would
// travel between the cores at each addition, which costs more than the addition tenfold. So a metric has several rows of
// cells, each row on cache lines of its own; a thread adds in the row that its id hashes to, and a reader adds the rows up.
//
// What it promises: no addition is lost, and a cell that only grows is never seen to shrink. What it does not promise:
// a reader that runs beside writers may see one cell's addition and not yet another's; at rest all is exact. Nothing is
// ordered by these atomics, so they are relaxed.

/// 64-bit sums that many threads add to and that are seldom read.
final class ShardedCells: Sendable {
    // Adjacent lines are fetched in pairs on many processors, so a row keeps 128 bytes from the next.
    private static let rowAlignment = 128
    private static let mostRows = 8

    /// A power of two: as many rows as there are processors, up to `mostRows`.
    private static let rows: Int = {
        let processors = sysconf(Int32(_SC_NPROCESSORS_ONLN))
        var rows = 1
        while rows < processors, rows < mostRows { rows *= 2 }
        return rows
    }()

    private let count: Int
    private let stride: Int
    // The memory is this object's own, lives as long as it does, and holds nothing but atomics.
    nonisolated(unsafe) private let cells: UnsafeMutablePointer<Atomic<UInt64>>

    init(count: Int) {
        let perLine = Self.rowAlignment / MemoryLayout<Atomic<UInt64>>.stride
        self.count = count
        stride = (count + perLine - 1) / perLine * perLine
        let memory = UnsafeMutableRawPointer.allocate(
            byteCount: Self.rows * stride * MemoryLayout<Atomic<UInt64>>.stride, alignment: Self.rowAlignment)
        cells = memory.bindMemory(to: Atomic<UInt64>.self, capacity: Self.rows * stride)
        for index in 0..<Self.rows * stride { (cells + index).initialize(to: Atomic(0)) }
    }

    deinit {
        cells.deinitialize(count: Self.rows * stride)
        UnsafeMutableRawPointer(cells).deallocate()
    }

    /// Adds to a cell; sums wrap around after 2^64.
    @inline(__always)
    func add(_ amount: UInt64, to cell: Int) {
        cells[Self.row() * stride + cell].wrappingAdd(amount, ordering: .relaxed)
    }

    /// Adds to a cell that holds the bits of a floating-point number.
    func add(_ amount: Double, toFloatingPoint cell: Int) {
        let index = Self.row() * stride + cell
        var known = cells[index].load(ordering: .relaxed)
        while true {
            let sum = (Double(bitPattern: known) + amount).bitPattern
            let (exchanged, original) = cells[index].weakCompareExchange(
                expected: known, desired: sum, ordering: .relaxed)
            if exchanged { return }
            known = original
        }
    }

    func sum(of cell: Int) -> UInt64 {
        (0..<Self.rows).reduce(0) { $0 &+ cells[$1 * stride + cell].load(ordering: .relaxed) }
    }

    func floatingPointSum(of cell: Int) -> Double {
        (0..<Self.rows).reduce(0) { $0 + Double(bitPattern: cells[$1 * stride + cell].load(ordering: .relaxed)) }
    }

    /// Sets every cell to zero. An addition at the same moment may be lost or kept.
    func clear() {
        for index in 0..<Self.rows * stride { cells[index].store(0, ordering: .relaxed) }
    }

    /// The row of the thread that asks. Thread ids are addresses, alike in their low bits: a product mixes them.
    @inline(__always)
    private static func row() -> Int {
        #if canImport(Glibc)
            let thread = UInt64(pthread_self())
        #else
            let thread = UInt64(UInt(bitPattern: pthread_self()))
        #endif
        return Int(truncatingIfNeeded: (thread &* 0x9e37_79b9_7f4a_7c15) >> 32) & (rows - 1)
    }
}
