import ArgumentParser
import LanyardCore
import LanyardWire

/// A limit on the command line: `[NAME=][UNIT:]AMOUNT/WINDOW[,outage=allow][,loss=close]`.
///
///     100/60s                   100 requests in any 60 seconds
///     burst=10/1s               the same with a name
///     tokens:100000/60s         another unit: requests, tokens or usd
///     spend=usd:5.00/24h        money in dollars
///     100/60s,outage=allow      passes while shared counters are out of reach
///     100/60s,loss=close        stays shut for a window where shared counters were lost
///
/// Without a name it is called after its unit and window, as `requests-1m`. Two limits of one unit and window can't
/// stand together anyway, so such names don't meet.
struct LimitArgument: Sendable, Equatable {
    static let form =
        "[NAME=][UNIT:]AMOUNT/WINDOW[,outage=allow][,loss=close], such as 100/60s, burst=10/1s or spend=usd:5.00/24h"
    static let valueName = "limit"

    let definition: LimitDefinition

    /// - Throws: `ValidationError`, which the argument parser shows as it is.
    init(_ text: String) throws {
        guard let slash = text.lastIndex(of: "/") else { throw ValidationError("there is no /WINDOW") }
        let amount = try AmountArgument(text[..<slash])
        let parts = text[text.index(after: slash)...].split(separator: ",", omittingEmptySubsequences: false)
        let window: Int64
        do {
            window = try DurationText.milliseconds(parts.first ?? "")
        } catch {
            throw ValidationError(error.description)
        }
        let standardName = "\(amount.unit.rawValue)-\(DurationText.text(milliseconds: window))"
        var definition = LimitDefinition(
            name: amount.name ?? standardName, unit: amount.unit, amount: amount.amount, windowMilliseconds: window)
        for part in parts.dropFirst() { try Self.apply(part, to: &definition) }
        if let problem = definition.problem { throw ValidationError(problem) }
        self.definition = definition
    }

    private static func apply(_ option: Substring, to definition: inout LimitDefinition) throws {
        let sides = option.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        switch (sides.first, sides.count == 2 ? sides.last.map(String.init) : nil) {
        case ("outage", let rule?):
            guard let rule = LimitDefinition.OutageRule(rawValue: rule) else {
                throw ValidationError("outage is deny or allow")
            }
            definition.onOutage = rule
        case ("loss", let rule?):
            guard let rule = LimitDefinition.LossRule(rawValue: rule) else {
                throw ValidationError("loss is forget or close")
            }
            definition.onLoss = rule
        case _: throw ValidationError("behind the window there may be outage=… and loss=…")
        }
    }

    /// As the API takes it.
    var json: JSONValue {
        var members: [JSONObject.Member] = [
            .init("name", .string(definition.name)), .init("unit", .string(definition.unit.rawValue)),
            .init("amount", definition.unit.json(definition.amount)),
            .init("window", .string(DurationText.text(milliseconds: definition.windowMilliseconds))),
        ]
        if definition.onOutage != .deny { members.append(.init("on_outage", .string(definition.onOutage.rawValue))) }
        if definition.onLoss != .forget { members.append(.init("on_loss", .string(definition.onLoss.rawValue))) }
        return .object(JSONObject(members))
    }

    /// What no list of limits may be, found out before the server is asked.
    static func validate(_ limits: [LimitArgument]) throws {
        if let problem = LimitDefinition.problem(in: limits.map(\.definition)) {
            throw ValidationError("--limit: \(problem)")
        }
    }
}
