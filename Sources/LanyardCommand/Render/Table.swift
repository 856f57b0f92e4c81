/// Rows of text in aligned columns.
///
/// A column is as wide as its widest cell. Where that is more than the terminal has, optional columns are left out, the last
/// first, until the others have some room; then the flexible ones give way, the widest first, and what is cut off ends in
/// an ellipsis. Without a terminal nothing is cut: whoever reads the output
/// with another program wants it whole.
struct Table {
    struct Column {
        enum Alignment { case left, right }

        let title: String
        var alignment = Alignment.left
        /// Whether it may be cut. Ids and numbers, which are no use when cut, are not flexible.
        var isFlexible = false
        /// Whether it may be left out at a narrow terminal.
        var isOptional = false

        init(_ title: String, alignment: Alignment = .left, isFlexible: Bool = false, isOptional: Bool = false) {
            self.title = title
            self.alignment = alignment
            self.isFlexible = isFlexible
            self.isOptional = isOptional
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
    /// By column; nil for one that is left out.
    private var widths: [Int?]?

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

    private func layout(_ rows: [[Cell]]) -> [Int?] {
        var widths: [Int?] = columns.map { TextWidth.columns($0.title) }
        for row in rows {
            for (index, cell) in row.enumerated() {
                widths[index] = max(widths[index] ?? 0, TextWidth.columns(cell.text))
            }
        }
        guard let width else { return widths }
        while sum(columns.indices.map { least($0, of: widths) }) > width,
            let last = columns.indices.last(where: { columns[$0].isOptional && widths[$0] != nil })
        {
            widths[last] = nil
        }
        while sum(widths) > width {
            let widest = columns.indices
                .filter { widths[$0] ?? 0 > least($0, of: widths) ?? 0 }
                .max { widths[$0] ?? 0 < widths[$1] ?? 0 }
            guard let widest, let wide = widths[widest] else { break }
            widths[widest] = wide - 1
        }
        return widths
    }

    /// What the columns and the gaps between them take together.
    private func sum(_ widths: [Int?]) -> Int {
        let shown = widths.compactMap { $0 }
        return shown.reduce(0, +) + Self.gap * (shown.count - 1)
    }

    /// What a column is not cut below.
    private func least(_ column: Int, of widths: [Int?]) -> Int? {
        guard columns[column].isFlexible else { return widths[column] }
        return widths[column].map { min($0, max(Self.leastWidth, TextWidth.columns(columns[column].title))) }
    }

    private func line(_ cells: [Cell], widths: [Int?]) -> String {
        var line = ""
        var left = width ?? .max
        for (index, cell) in cells.enumerated() {
            guard left > 0, let width = widths[index] else { continue }
            let room = min(width, left)
            let text = self.width == nil ? cell.text : TextWidth.truncated(cell.text, to: room, style: style)
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
