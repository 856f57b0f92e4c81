import LanyardCore
import LanyardWire

/// How the members of the server's answers are shown to people. What is missing or of another kind than expected is
/// shown as nothing, never a failure: a newer server may answer with more than this client knows.
extension JSONValue {
    /// What stands for a value that isn't there.
    static let nothing = "-"

    /// The value behind a chain of names.
    func at(_ path: String...) -> JSONValue? {
        path.reduce(self as JSONValue?) { $0?[$1] }
    }

    /// The value behind a chain of names, as text.
    func shown(_ path: String...) -> String {
        path.reduce(self as JSONValue?) { $0?[$1] }?.shown ?? Self.nothing
    }

    /// The value as text.
    var shown: String {
        switch self {
        case .null: Self.nothing
        case .bool(let flag): flag ? "yes" : "no"
        case .number(let number): number.text
        case .string(let text): text.isEmpty ? Self.nothing : text
        case .array(let elements): elements.isEmpty ? Self.nothing : elements.map(\.shown).joined(separator: ", ")
        case .object: String(decoding: bytes(), as: UTF8.self)
        }
    }

    /// A time, shortened to the minute: `2026-03-01 09:30Z`.
    func shownTime(_ name: String) -> String {
        guard let text = self[name]?.string else { return Self.nothing }
        guard text.utf8.count >= 16, text.utf8.last == UInt8(ascii: "Z") else { return text }
        return "\(text.prefix(10)) \(text.dropFirst(11).prefix(5))Z"
    }

    /// The limits of a list, each in the form in which `--limit` takes it.
    func shownLimits(_ name: String) -> String {
        let limits = (self[name]?.array ?? []).map(\.shownLimit)
        return limits.isEmpty ? Self.nothing : limits.joined(separator: ", ")
    }

    /// A limit as `--limit` takes it: `burst=10/1s`, `tpm=tokens:100000/1m,outage=allow`.
    var shownLimit: String {
        let requests = AllowanceUnit.requests.rawValue
        let unit = self["unit"]?.string ?? requests
        let prefix = unit == requests ? "" : "\(unit):"
        let outage = self["on_outage"]?.string.map { ",outage=\($0)" } ?? ""
        let loss = self["on_loss"]?.string.map { ",loss=\($0)" } ?? ""
        return "\(shown("name"))=\(prefix)\(shown("amount"))/\(shown("window"))\(outage)\(loss)"
    }

    /// The quotas of a list, each in the form in which `--quota` takes it.
    func shownQuotas(_ name: String) -> String {
        let quotas = (self[name]?.array ?? []).map(\.shownQuota)
        return quotas.isEmpty ? Self.nothing : quotas.joined(separator: ", ")
    }

    /// A quota as `--quota` takes it: `monthly=10000/month`, `spend=usd:5.00/month,alert=50+80`.
    var shownQuota: String {
        let requests = AllowanceUnit.requests.rawValue
        let unit = self["unit"]?.string ?? requests
        let prefix = unit == requests ? "" : "\(unit):"
        let percents = (self["alert_at"]?.array ?? []).map(\.shown)
        let alerts = percents.isEmpty ? "" : ",alert=" + percents.joined(separator: "+")
        let allow = QuotaDefinition.OutageRule.allow.rawValue
        let outage = self["on_outage"]?.string == allow ? ",outage=\(allow)" : ""
        return "\(shown("name"))=\(prefix)\(shown("amount"))/\(shown("period"))\(alerts)\(outage)"
    }

    /// A project or account: its name, and its id where there is no name.
    func shownReference(_ name: String) -> String {
        guard let reference = self[name], reference.object != nil else { return Self.nothing }
        let external = reference.shown("external_id")
        let text = external == Self.nothing ? reference.shown("name") : external
        return text == Self.nothing ? reference.shown("id") : text
    }
}
