import LanyardWire

/// How a decision is shown.
enum DecisionView {
    /// `granted`, or why not and what would fix it.
    static func verdict(_ json: JSONValue, style: Style) -> [String] {
        if json["valid"]?.bool == true { return [style.inked("granted", .good)] }
        var lines = [style.inked("denied", .bad) + " " + TextWidth.printable(json.shown("code"))]
        guard let problem = json["problem"] else { return lines }
        lines.append("  " + TextWidth.printable(problem.shown("detail")))
        if let scope = problem["missing_scope"]?.string {
            lines.append(TextWidth.printable("  missing scope: \(scope)"))
        }
        if let fix = problem["fix"]?.string { lines.append("  fix: " + TextWidth.printable(fix)) }
        return lines
    }

    /// The limits and quotas as they stand, each in a table beneath a blank line; nothing where there are none.
    static func allowances(_ json: JSONValue, in session: Session) -> [String] {
        limits(json, in: session) + QuotaView.lines(json, in: session)
    }

    private static func limits(_ json: JSONValue, in session: Session) -> [String] {
        let limits = json["limits"]?.array ?? []
        guard !limits.isEmpty else { return [] }
        var table = session.table([
            .init("LIMIT", isFlexible: true), .init("OF"), .init("UNIT"), .init("AMOUNT", alignment: .right),
            .init("WINDOW", alignment: .right), .init("REMAINING", alignment: .right),
            .init("ALL BACK", alignment: .right),
        ])
        return [""]
            + table.lines(
                limits.map { limit in
                    [
                        .init(limit.shown("name")), .init(limit.shown("subject")), .init(limit.shown("unit")),
                        .init(limit.shown("amount")), .init(limit.shown("window")), .init(limit.shown("remaining")),
                        .init(reset(limit)),
                    ]
                })
    }

    private static func reset(_ limit: JSONValue) -> String {
        guard let milliseconds = limit["reset_ms"]?.number?.int64, milliseconds > 0 else { return JSONValue.nothing }
        return "in " + ShownDuration.text(milliseconds: milliseconds)
    }

    /// The steps of a decision, each with its verdict.
    static func steps(_ json: JSONValue, in session: Session) -> [String] {
        var table = session.table([.init("STEP"), .init("VERDICT"), .init("CODE"), .init("DETAIL", isFlexible: true)])
        return table.lines(
            (json["steps"]?.array ?? []).map { step in
                let verdict = step.shown("verdict")
                let ink: Ink? =
                    switch verdict {
                    case "pass": .good
                    case "fail": .bad
                    case "not_reached", "not_applicable": .faint
                    default: nil
                    }
                return [
                    .init(step.shown("step")), .init(verdict.replacing("_", with: " "), ink), .init(step.shown("code")),
                    .init(step.shown("detail")),
                ]
            })
    }
}
