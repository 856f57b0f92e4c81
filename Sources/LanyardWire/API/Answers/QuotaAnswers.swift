package import LanyardCore

/// `quotas[]` of keys, accounts and plans: a quota as its owner wrote it.
extension QuotaDefinition: JSONWritable {
    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("name", name)
            writer.member("unit", unit.rawValue)
            writer.amount("amount", amount, in: unit)
            writer.member("period", period.rawValue)
            writer.array("alert_at") { writer in
                for percent in alertAt { writer.int(Int64(percent)) }
            }
            writer.member("on_outage", onOutage.rawValue)
        }
    }
}

/// `quotas[]` of decisions and beside a key or account: how a quota stands.
extension QuotaStatus: JSONWritable {
    package func write(to writer: inout JSONWriter) {
        let unit = definition.unit
        writer.object { writer in
            writer.member("name", definition.name)
            writer.member("unit", unit.rawValue)
            writer.amount("amount", limit, in: unit)
            writer.amount("used", used, in: unit)
            writer.amount("remaining", remaining, in: unit)
            writeEnd(to: &writer)
        }
    }

    /// The members of `violated` in a denial.
    func writeViolation(to writer: inout JSONWriter) {
        writer.member("name", definition.name)
        writer.member("unit", definition.unit.rawValue)
        writer.amount("amount", limit, in: definition.unit)
        writeEnd(to: &writer)
    }

    private func writeEnd(to writer: inout JSONWriter) {
        writer.member("period", definition.period.rawValue)
        writer.member("resets_at", resetsAt)
        writer.member("subject", source.rawValue)
    }
}
