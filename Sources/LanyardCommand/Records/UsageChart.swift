import LanyardCore
import LanyardWire

/// Usage as a table with a bar for each row.
struct UsageChart {
    static let path = ["v1", "usage"]
    /// More rows than anyone reads; a longer stretch is for `--csv`.
    static let mostRows = 5_000
    private static let widestBar = 40

    let interval: Usage.Interval
    let group: Usage.Group?

    /// One row of the answer.
    struct Row: Equatable {
        var start: Timestamp
        var subject: String?
        var granted: Int64
        var denied: Int64
        var tokens: Int64
        var usd: String
        /// The denials, the most frequent first: `rate_limited 12, expired_key 1`.
        var reasons: String
    }

    func print(_ query: [(name: String, value: String)], in session: Session) async throws(CommandFailure) {
        var rows: [Row] = []
        var cursor: String?
        repeat {
            let page = [(name: "limit", value: "200")] + (cursor.map { [(name: "cursor", value: $0)] } ?? [])
            let answer = try await session.client.send(.get(Self.path, query: query + page)).json
            rows += (answer["data"]?.array ?? []).compactMap { Self.row($0, group: group) }
            cursor = answer["next_cursor"]?.string
        } while cursor != nil && rows.count < Self.mostRows
        guard !rows.isEmpty else { return session.console.note("There was no usage.") }
        try session.console.print(lines(rows, width: session.console.width, style: session.style))
        if cursor != nil { session.console.note("There is more: take a longer --interval, or --csv.") }
    }

    /// Nil where the row doesn't say when it was.
    static func row(_ json: JSONValue, group: Usage.Group?) -> Row? {
        guard let text = json["start"]?.string, let start = try? TimestampText.timestamp(text) else { return nil }
        let denials = (json["outcomes"]?.object?.members ?? [])
            .compactMap { member in member.value.number?.int64.map { (code: member.name, count: $0) } }
            .filter { $0.code != "ok" && $0.count > 0 }
            .sorted { ($1.count, $0.code) < ($0.count, $1.code) }
        return Row(
            start: start, subject: group.map { json.shown($0.member) },
            granted: json["granted"]?.number?.int64 ?? 0, denied: json["denied"]?.number?.int64 ?? 0,
            tokens: json["tokens"]?.number?.int64 ?? 0, usd: json.shown("usd"),
            reasons: denials.map { "\($0.code) \($0.count)" }.joined(separator: ", "))
    }

    /// The table and its sum.
    func lines(_ rows: [Row], width: Int?, style: Style) -> [String] {
        let rows = filled(rows)
        let shows = (
            tokens: rows.contains { $0.tokens > 0 }, usd: rows.contains { !Self.isNothing($0.usd) },
            denials: rows.contains { $0.denied > 0 }
        )
        var columns: [Table.Column] = [.init("START")]
        if let group { columns.append(.init(group.rawValue.uppercased())) }
        columns += [.init("GRANTED", alignment: .right), .init("DENIED", alignment: .right)]
        if shows.tokens { columns.append(.init("TOKENS", alignment: .right)) }
        if shows.usd { columns.append(.init("USD", alignment: .right)) }
        columns.append(.init(""))
        if shows.denials { columns.append(.init("DENIED BECAUSE", isFlexible: true, isOptional: true)) }
        let largest = rows.map { $0.granted + $0.denied }.max() ?? 0
        // An id takes a third of a usual terminal, so the bars beside it are shorter.
        let share = group == nil ? 4 : 8
        let bar = width.map { min(Self.widestBar, max(8, $0 / share)) } ?? Self.widestBar
        var table = Table(columns, width: width, style: style)
        return table.lines(
            rows.map { row in
                var cells: [Table.Cell] = [.init(time(row.start))]
                if let subject = row.subject { cells.append(.init(subject)) }
                cells += [.init("\(row.granted)"), .init("\(row.denied)", row.denied > 0 ? .bad : nil)]
                if shows.tokens { cells.append(.init("\(row.tokens)")) }
                if shows.usd { cells.append(.init(row.usd)) }
                let (granted, denied) = Bar.stacked(
                    granted: row.granted, denied: row.denied, largest: largest, width: bar, style: style)
                cells.append(.init(granted + denied))
                if shows.denials { cells.append(.init(row.reasons)) }
                return cells
            }) + [sum(rows)]
    }

    private func sum(_ rows: [Row]) -> String {
        let granted = rows.reduce(0) { $0 &+ $1.granted }
        let denied = rows.reduce(0) { $0 &+ $1.denied }
        return "\(granted) granted, \(denied) denied"
    }

    private static func isNothing(_ usd: String) -> Bool {
        usd.allSatisfy { "0.-".contains($0) }
    }

    /// Days are days; anything finer is shown to the minute.
    private func time(_ start: Timestamp) -> String {
        let text = start.rfc3339
        switch interval {
        case .day: return String(text.prefix(10))
        case .minute, .hour: return "\(text.prefix(10)) \(text.dropFirst(11).prefix(5))Z"
        }
    }

    /// The server leaves intervals without a decision out. A chart over time without them would show a busy night where
    /// there was none, so they come back as rows of nothing, unless rows are of many subjects or there would be too
    /// many.
    private func filled(_ rows: [Row]) -> [Row] {
        guard group == nil, let first = rows.first?.start, let last = rows.last?.start,
            (last.milliseconds - first.milliseconds) / interval.milliseconds < Int64(Self.mostRows),
            zip(rows, rows.dropFirst()).allSatisfy({ $0.start < $1.start })
        else { return rows }
        var filled: [Row] = []
        for row in rows {
            while let next = filled.last?.start.advanced(byMilliseconds: interval.milliseconds), next < row.start {
                filled.append(
                    Row(
                        start: next, subject: nil, granted: 0, denied: 0, tokens: 0, usd: JSONValue.nothing,
                        reasons: ""))
            }
            filled.append(row)
        }
        return filled
    }
}
