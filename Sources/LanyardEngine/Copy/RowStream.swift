import Crypto
import LanyardStorage

/// One side of a comparison: a table's rows from the first to the last, read page by page, counted and summed up.
struct RowStream {
    private let reader: any CopiedReading
    private let table: CopiedTable
    private let pageRows: Int
    private var page = CopiedRows()
    private var index = 0
    private var isAtEnd = false
    private var sum = SHA256()
    /// How many rows have been read.
    private(set) var count = 0

    init(_ reader: any CopiedReading, _ table: CopiedTable, pageRows: Int) {
        self.reader = reader
        self.table = table
        self.pageRows = pageRows
    }

    /// Reads on, if everything that was read has been taken.
    mutating func fill() throws {
        guard index == page.count, !isAtEnd else { return }
        let last = page.isEmpty ? nil : CopiedKey(of: page[page.count - 1], in: table)
        page = try reader.rows(of: table, after: last, limit: pageRows)
        index = 0
        isAtEnd = page.isEmpty
        count += page.count
        page.bytes.withUnsafeBytes { sum.update(bufferPointer: $0) }
    }

    /// Whether there is nothing more.
    var isOver: Bool { isAtEnd }
    /// Whether the next row is not known before more is read.
    var mustRead: Bool { index == page.count && !isAtEnd }
    /// The next row; `nil` at the end of what was read.
    var head: ArraySlice<UInt8>? { index < page.count ? page[index] : nil }

    mutating func advance() { index += 1 }

    /// SHA-256 over all rows that were read, in their order.
    var checksum: [UInt8] { Array(sum.finalize()) }
}
