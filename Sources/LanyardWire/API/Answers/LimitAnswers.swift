package import LanyardCore

extension LimitDefinition: JSONWritable {
    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writeMembers(to: &writer)
            // The usual rules go without saying.
            if onOutage != .deny { writer.member("on_outage", onOutage.rawValue) }
            if onLoss != .forget { writer.member("on_loss", onLoss.rawValue) }
        }
    }

    fileprivate func writeMembers(to writer: inout JSONWriter) {
        writer.member("name", name)
        writer.member("unit", unit.rawValue)
        writer.amount("amount", amount, in: unit)
        writer.member("window", DurationText.text(milliseconds: windowMilliseconds))
    }
}

/// `limits[]` of decisions: how a limit stands.
extension LimitStatus: JSONWritable {
    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            definition.writeMembers(to: &writer)
            writer.amount("remaining", remaining, in: definition.unit)
            writer.member("reset_ms", resetMilliseconds)
            writer.member("subject", source.rawValue)
        }
    }
}

/// `violated` of a denial: the allowance that did not suffice.
package struct ViolatedAnswer: JSONWritable, Sendable {
    private enum Allowance: Sendable {
        case limit(LimitDefinition, AllowanceSource)
        case quota(QuotaStatus)
        case inFlight(maximum: Int32)
    }

    private let allowance: Allowance

    /// Nil where it was no allowance that denied.
    package init?(_ denial: Denial) {
        switch denial.context {
        case .limit(let reading, _): allowance = .limit(reading.rule.definition, reading.rule.source)
        case .quota(let status, _): allowance = .quota(status)
        case .inFlight(let maximum, _): allowance = .inFlight(maximum: maximum)
        case .none, .missingScope, .moment, .demanded, .path, .detail, .wait: return nil
        }
    }

    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            switch allowance {
            case .limit(let definition, let source):
                definition.writeMembers(to: &writer)
                writer.member("subject", source.rawValue)
            case .quota(let status): status.writeViolation(to: &writer)
            case .inFlight(let maximum):
                writer.member("name", "in_flight")
                writer.member("amount", maximum)
                writer.member("subject", AllowanceSource.key.rawValue)
            }
        }
    }
}

extension Costs: JSONWritable {
    /// Every unit, written out.
    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            for unit in AllowanceUnit.allCases { writer.amount(unit.rawValue, self[unit], in: unit) }
        }
    }
}
