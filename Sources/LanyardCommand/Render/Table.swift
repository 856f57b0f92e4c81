/// Rows of text in aligned columns.
///
/// A column is as wide as its widest cell. Where that is more than the terminal has, the flexible columns give way, the
/// widest first, and what is cut off ends in an ellipsis. Without a terminal nothing is cut: whoever reads the output
/// with another program wants it whole.
struct Table {
    struct Column {
        enum Alignment { case left, right }

        let title: String
        var alignment = Alignment.left
        /// Whether it may be cut. Ids and numbers, which are no use when cut, are not flexible.
        var isFlexible = false

        init(_ title: String, alignment: Alignment = .left, isFlexible: Bool = false) {
            self.title = title
            self.alignment = alignment
            self.isFlexible = isFlexible
        }
    }

    struct Cell: Equatable, ExpressibleByStringInterpolation {
        let text: String
        let ink: Ink?

        /// - Parameter text: from anywhere; what a terminal would obey is taken out.
        init(_ text: String, _ ink: Ink? = nil) {
            self.text = TextWidth.printable(text)
            self.ink = ink
        }

        init(stringLiteral text: String) {
            self.init(text)
        }
    }

    /// The narrowest that a flexible column gets.
    static let leastWidth = 8
    private static let gap = 2

    let columns: [Column]
    let style: Style
    /// The terminal's columns; nil for no bound.
    let width: Int?
    private var widths: [Int]?

    init(_ columns: [Column], width: Int?, style: Style) {
        self.columns = columns
        self.width = width
        self.style = style
    }

    /// The lines of some rows, beneath the titles if they are the first. Rows that come later keep the widths of the
    /// first.
    mutating func lines(_ rows: [[Cell]]) -> [String] {
        if let widths { return rows.map { line($0, widths: widths) } }
        let widths = layout(rows)
        self.widths = widths
        let titles = columns.map { Cell($0.title, .strong) }
        return [line(titles, widths: widths)] + rows.map { line($0, widths: widths) }
    }

    private func layout(_ rows: [[Cell]]) -> [Int] {
        var widths = columns.map { TextWidth.columns($0.title) }
        for row in rows {
            for (index, cell) in row.enumerated() { widths[index] = max(widths[index], TextWidth.columns(cell.text)) }
        }
        guard let width else { return widths }
        var excess = widths.reduce(0, +) + Self.gap * (widths.count - 1) - width
        while excess > 0 {
            let widest = columns.indices
                .filter { columns[$0].isFlexible && widths[$0] > least(columns[$0]) }
                .max { widths[$0] < widths[$1] }
            guard let widest else { break }
            widths[widest] -= 1
            excess -= 1
        }
        return widths
    }

    private func least(_ column: Column) -> Int {
        max(Self.leastWidth, TextWidth.columns(column.title))
    }

    private func line(_ cells: [Cell], widths: [Int]) -> String {
        var line = ""
        var left = width ?? .max
        for (index, cell) in cells.enumerated() where left > 0 {
            let room = min(widths[index], left)
            let text = width == nil ? cell.text : TextWidth.truncated(cell.text, to: room, style: style)
            let padding = String(repeating: " ", count: max(0, room - TextWidth.columns(text)))
            let gap = index == 0 ? "" : String(repeating: " ", count: Self.gap)
            switch columns[index].alignment {
            case .left: line += gap + style.inked(text, cell.ink) + padding
            case .right: line += gap + padding + style.inked(text, cell.ink)
            }
            left -= room + Self.gap
        }
        return line.trimmingTrailingSpaces()
    }
}

extension String {
    fileprivate func trimmingTrailingSpaces() -> String {
        var end = endIndex
        while end > startIndex, self[index(before: end)] == " " { end = index(before: end) }
        return String(self[..<end])
    }
}
