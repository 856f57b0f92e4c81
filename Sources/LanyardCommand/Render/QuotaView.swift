import LanyardCore
import LanyardWire

/// How quotas stand, as bars.
enum QuotaView {
    private static let barWidth = 20

    /// A table beneath a blank line; nothing where the answer tells of no quotas.
    static func lines(_ json: JSONValue, in session: Session) -> [String] {
        let quotas = json["quotas"]?.array ?? []
        guard !quotas.isEmpty else { return [] }
        var table = session.table([
            .init("QUOTA", isFlexible: true), .init("OF"), .init("USED"), .init("", alignment: .right),
            .init("LEFT", alignment: .right), .init("AMOUNT", alignment: .right), .init("UNIT"), .init("PERIOD"),
            .init("BEGINS ANEW"),
        ])
        return [""] + table.lines(quotas.map { row($0, style: session.style) })
    }

    static func row(_ quota: JSONValue, style: Style) -> [Table.Cell] {
        let fraction = fraction(quota)
        let ink: Ink? = fraction >= 1 ? .bad : fraction >= 0.8 ? .warning : .good
        let end = quota["resets_at"]?.string == nil ? "never" : quota.shownTime("resets_at")
        return [
            .init(quota.shown("name")), .init(quota.shown("subject")),
            .init(Bar.progress(fraction, width: barWidth, style: style), ink), .init(percent(fraction), ink),
            .init(quota.shown("remaining")), .init(quota.shown("amount")), .init(quota.shown("unit")),
            .init(quota.shown("period")), .init(end),
        ]
    }

    /// How much of it is used; all of one that holds nothing.
    private static func fraction(_ quota: JSONValue) -> Double {
        let used = amount(quota["used"])
        let amount = amount(quota["amount"])
        guard amount > 0 else { return 1 }
        return used / amount
    }

    /// A number of requests or tokens, or dollars.
    private static func amount(_ value: JSONValue?) -> Double {
        Double(value?.number?.text ?? value?.string ?? "") ?? 0
    }

    /// Rounded down, but for the first: nobody shall believe that all is used, or nothing, before it is so.
    private static func percent(_ fraction: Double) -> String {
        if fraction > 0, fraction < 0.01 { return "1%" }
        return "\(Int(min(fraction * 100, 999_999)))%"
    }
}
