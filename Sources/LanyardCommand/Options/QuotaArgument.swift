import ArgumentParser
import LanyardCore
import LanyardWire

/// A quota on the command line: `[NAME=][UNIT:]AMOUNT/PERIOD[,alert=PERCENT+PERCENT…][,outage=allow]`.
///
///     10000/month                              10,000 requests in each month
///     spend=usd:5.00/month,alert=50+80+100     a budget, with events on the way
///     tokens:2000000/day,outage=allow          passes while the store is out of reach
///     prepaid=usd:0/lifetime                   for credits to fill
///
/// Without a name it is called after its unit and period, as `requests-month`. Two quotas of one unit and period can't
/// stand together anyway, so such names don't meet.
struct QuotaArgument: Sendable, Equatable {
    static let form =
        "[NAME=][UNIT:]AMOUNT/PERIOD[,alert=50+80+100][,outage=allow], such as 10000/month or spend=usd:5.00/month"
    static let valueName = "quota"

    let definition: QuotaDefinition

    /// - Throws: `ValidationError`, which the argument parser shows as it is.
    init(_ text: String) throws {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        let main = parts.first ?? ""
        guard let slash = main.lastIndex(of: "/") else { throw ValidationError("there is no /PERIOD") }
        let written = main[main.index(after: slash)...]
        guard let period = QuotaPeriod(rawValue: String(written)) else {
            throw ValidationError(
                "the period must be one of \(QuotaPeriod.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        let amount = try AmountArgument(main[..<slash])
        var definition = QuotaDefinition(
            name: amount.name ?? "\(amount.unit.rawValue)-\(period.rawValue)", unit: amount.unit,
            amount: amount.amount, period: period)
        for part in parts.dropFirst() { try Self.apply(part, to: &definition) }
        if let problem = definition.problem { throw ValidationError(problem) }
        self.definition = definition
    }

    private static func apply(_ option: Substring, to definition: inout QuotaDefinition) throws {
        let sides = option.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        switch (sides.first, sides.count == 2 ? sides.last : nil) {
        case ("alert", let percents?):
            definition.alertAt = try percents.split(separator: "+", omittingEmptySubsequences: false).map { percent in
                guard let percent = Int(percent) else {
                    throw ValidationError("alert takes percents with + between them, as 50+80+100")
                }
                return percent
            }
        case ("outage", let rule?):
            guard let rule = QuotaDefinition.OutageRule(rawValue: String(rule)) else {
                throw ValidationError("outage is deny or allow")
            }
            definition.onOutage = rule
        case _: throw ValidationError("behind the period there may be alert=… and outage=…")
        }
    }

    /// As the API takes it.
    var json: JSONValue {
        let unit = definition.unit
        var members: [JSONObject.Member] = [
            .init("name", .string(definition.name)), .init("unit", .string(unit.rawValue)),
            .init("amount", unit.json(definition.amount)), .init("period", .string(definition.period.rawValue)),
        ]
        if !definition.alertAt.isEmpty {
            members.append(.init("alert_at", .array(definition.alertAt.map { .number(JSONNumber(Int64($0))) })))
        }
        if definition.onOutage != .deny { members.append(.init("on_outage", .string(definition.onOutage.rawValue))) }
        return .object(JSONObject(members))
    }

    /// What no list of quotas may be, found out before the server is asked.
    static func validate(_ quotas: [QuotaArgument]) throws {
        if let problem = QuotaDefinition.problem(in: quotas.map(\.definition)) {
            throw ValidationError("--quota: \(problem)")
        }
    }
}
