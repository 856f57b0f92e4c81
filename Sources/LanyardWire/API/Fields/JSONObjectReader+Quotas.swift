package import LanyardCore

extension JSONObjectReader {
    /// Quotas, each within its bounds, and all of them possible beside each other.
    package mutating func optionalQuotas() -> [QuotaDefinition]? {
        let errorsBefore = errors.count
        let quotas = optionalObjects("quotas", count: 0...QuotaDefinition.Bounds.count) { Self.quota(&$0) }
        // What one quota lacks was told already; what two of them can't share is told only where each is right.
        if errors.count == errorsBefore, let quotas, let problem = QuotaDefinition.problem(in: quotas) {
            fail("quotas", problem)
        }
        return quotas
    }

    private static func quota(_ reader: inout JSONObjectReader) -> QuotaDefinition {
        let unit = reader.optional("unit") { try $0.choice(of: AllowanceUnit.self) } ?? .requests
        let period = reader.value("period", placeholder: .month) { try $0.choice(of: QuotaPeriod.self) }
        // A lifetime may hold nothing but what credits bring.
        let mayBeEmpty = period == .lifetime
        var quota = QuotaDefinition(
            name: reader.value("name", placeholder: "") { try $0.allowanceName() }, unit: unit,
            amount: reader.value("amount", placeholder: 1) { try $0.amount(in: unit, mayBeZero: mayBeEmpty) },
            period: period)
        quota.alertAt = reader.optionalPercents("alert_at") ?? []
        quota.onOutage = reader.optional("on_outage") { try $0.choice(of: QuotaDefinition.OutageRule.self) } ?? .deny
        return quota
    }

    /// Percents in rising order.
    private mutating func optionalPercents(_ name: String) -> [Int]? {
        let percents = QuotaDefinition.Bounds.alertPercent
        let range = Int64(percents.lowerBound)...Int64(percents.upperBound)
        let found = optionalArray(name, count: 0...QuotaDefinition.Bounds.alerts) { Int(try $0.integer(in: range)) }
        if let found, zip(found, found.dropFirst()).contains(where: >=) {
            fail(name, "must rise from one to the next")
            return nil
        }
        return found
    }

    /// What a finished call cost; what is not named stays as it was reserved.
    package mutating func optionalActualCosts(_ name: String) -> ActualCosts? {
        optionalObject(name) { reader in
            let amounts = 0...LimitDefinition.Bounds.amount.upperBound
            return ActualCosts(
                requests: reader.optionalInt("requests", in: amounts),
                tokens: reader.optionalInt("tokens", in: amounts),
                nanoUSD: reader.optional("usd") { try $0.nanoUSD() })
        }
    }
}
