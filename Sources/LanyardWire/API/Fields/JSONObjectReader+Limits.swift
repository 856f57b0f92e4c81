package import LanyardCore

extension JSONObjectReader {
    /// Limits, each within its bounds, and all of them possible beside each other.
    package mutating func optionalLimits() -> [LimitDefinition]? {
        let errorsBefore = errors.count
        let limits = optionalObjects("limits", count: 0...LimitDefinition.Bounds.count) { Self.limit(&$0) }
        // What one limit lacks was told already; what two of them can't share is told only where each is right.
        if errors.count == errorsBefore, let limits, let problem = LimitDefinition.problem(in: limits) {
            fail("limits", problem)
        }
        return limits
    }

    private static let windows: ClosedRange<Duration> =
        .milliseconds(LimitDefinition.Bounds.windowMilliseconds.lowerBound)
        ... .milliseconds(LimitDefinition.Bounds.windowMilliseconds.upperBound)

    private static func limit(_ reader: inout JSONObjectReader) -> LimitDefinition {
        let unit = reader.optional("unit") { try $0.choice(of: AllowanceUnit.self) }
        let limit = LimitDefinition(
            name: reader.value("name", placeholder: "") { try $0.allowanceName() },
            unit: unit ?? .requests,
            amount: reader.value("amount", placeholder: 1) { try $0.amount(in: unit ?? .requests, mayBeZero: false) },
            windowMilliseconds: reader.value("window", placeholder: 1_000) {
                try $0.duration(in: windows).wholeMilliseconds
            },
            onOutage: reader.optional("on_outage") { try $0.choice(of: LimitDefinition.OutageRule.self) } ?? .deny,
            onLoss: reader.optional("on_loss") { try $0.choice(of: LimitDefinition.LossRule.self) } ?? .forget)
        return limit
    }
}

extension JSONValue {
    /// The name by which a limit or quota shows in answers and fields.
    func allowanceName() throws(FieldMismatch) -> String {
        let name = try text(length: LimitDefinition.Bounds.nameLength)
        // The rule is Core's, which judges whole definitions: everything but the name is right in this one.
        let probe = LimitDefinition(
            name: name, unit: .requests, amount: LimitDefinition.Bounds.amount.lowerBound,
            windowMilliseconds: LimitDefinition.Bounds.windowMilliseconds.lowerBound)
        if let problem = probe.problem { throw FieldMismatch(problem) }
        return name
    }

    /// How much an allowance holds.
    func amount(in unit: AllowanceUnit, mayBeZero: Bool) throws -> Int64 {
        switch unit {
        case .requests, .tokens:
            let range = LimitDefinition.Bounds.amount
            return try integer(in: (mayBeZero ? 0 : range.lowerBound)...range.upperBound)
        case .usd:
            let nanoUSD = try nanoUSD()
            let bounds = LimitDefinition.Bounds.nanoUSD
            let range = (mayBeZero ? 0 : bounds.lowerBound)...bounds.upperBound
            guard range.contains(nanoUSD) else {
                let bounds = [range.lowerBound, range.upperBound].map { "\"\(MoneyText.text(nanoDollars: $0))\"" }
                throw FieldMismatch("must be from \(bounds.joined(separator: " to "))")
            }
            return nanoUSD
        }
    }
}
