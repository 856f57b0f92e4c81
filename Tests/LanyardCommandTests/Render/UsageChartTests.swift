import LanyardWire
import Testing

@testable import LanyardCommand

@Suite("The usage chart")
struct UsageChartTests {
    private func rows(_ texts: [String], group: Usage.Group? = nil) throws -> [UsageChart.Row] {
        try texts.compactMap { UsageChart.row(try LanyardCommandJSON.parse($0), group: group) }
    }

    @Test("intervals are bars beneath each other, and those without a decision are not left out")
    func gaps() throws {
        let rows = try rows([
            #"{"start":"2026-03-01T09:00:00.000Z","outcomes":{"ok":90,"rate_limited":10},"granted":90,"denied":10,"tokens":0,"usd":"0.00"}"#,
            #"{"start":"2026-03-01T12:00:00.000Z","outcomes":{"ok":25},"granted":25,"denied":0,"tokens":0,"usd":"0.00"}"#,
        ])
        let chart = UsageChart(interval: .hour, group: nil)
        #expect(
            chart.lines(rows, width: nil, style: .plain) == [
                "START              GRANTED  DENIED                                            DENIED BECAUSE",
                "2026-03-01 09:00Z       90      10  ████████████████████████████████████▒▒▒▒  rate_limited 10",
                "2026-03-01 10:00Z        0       0",
                "2026-03-01 11:00Z        0       0",
                "2026-03-01 12:00Z       25       0  ██████████",
                "115 granted, 10 denied",
            ])
    }

    @Test("groups have a column, tokens and money only where there are any, and no interval is made up")
    func groups() throws {
        let rows = try rows(
            [
                #"{"start":"2026-03-01T00:00:00.000Z","key_id":"key_1","outcomes":{},"granted":3,"denied":0,"tokens":250,"usd":"0.02"}"#,
                #"{"start":"2026-03-01T00:00:00.000Z","key_id":null,"outcomes":{"unknown_key":1,"expired_key":2},"granted":0,"denied":3,"tokens":0,"usd":"0.00"}"#,
                #"{"start":"2026-03-05T00:00:00.000Z","key_id":"key_1","outcomes":{},"granted":1,"denied":0,"tokens":0,"usd":"0.00"}"#,
            ], group: .key)
        let chart = UsageChart(interval: .day, group: .key)
        #expect(
            chart.lines(rows, width: nil, style: .plain) == [
                "START       KEY    GRANTED  DENIED  TOKENS   USD                                            DENIED BECAUSE",
                "2026-03-01  key_1        3       0     250  0.02  ████████████████████████████████████████",
                "2026-03-01  -            0       3       0  0.00  ▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒  "
                    + "expired_key 2, unknown_key 1",
                "2026-03-05  key_1        1       0       0  0.00  █████████████",
                "4 granted, 3 denied",
            ])
    }

    @Test("rows out of order, without a time or far apart don't grow without bound")
    func hostile() throws {
        #expect(try rows([#"{"granted":1}"#, #"{"start":"yesterday"}"#]).isEmpty)
        let far = try rows([
            #"{"start":"1970-01-01T00:00:00.000Z","granted":1}"#, #"{"start":"2026-01-01T00:00:00.000Z","granted":1}"#,
        ])
        let chart = UsageChart(interval: .minute, group: nil)
        #expect(chart.lines(far, width: nil, style: .plain).count == 4)
        #expect(chart.lines(far.reversed(), width: nil, style: .plain).count == 4)
    }
}
