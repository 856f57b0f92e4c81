import LanyardCore
import LanyardStorage

/// What nodes tell each other by `NOTIFY`.
enum NoticeChannel: String, CaseIterable {
    /// A change was committed; the notice names its number.
    case changes = "lanyard_changes"
    /// A node has applied changes.
    case confirmed = "lanyard_confirmed"
    /// Others need what is leased of the quota that the notice names.
    case recalled = "lanyard_recalled"
    /// Word was left that calls have ended which the node granted whose tag the notice names.
    case finishing = "lanyard_finishing"

    /// What a notice on this channel tells; `nil` for one that no version of Lanyard has written.
    func notice(_ text: String) -> StoreNotice? {
        switch self {
        case .changes: .changed(Int64(text))
        case .confirmed: .confirmed
        case .recalled: QuotaIdentity(noticeText: text).map(StoreNotice.recalled)
        case .finishing: UInt32(text).map { .finishing(NodeMark(number: $0)) }
        }
    }
}

extension QuotaIdentity {
    /// As a notice names it.
    var noticeText: String {
        let numbers = [String(subject.kind.rawValue), String(subject.high, radix: 16), String(subject.low, radix: 16)]
        return (numbers + [unit.rawValue, period.rawValue, source.rawValue]).joined(separator: " ")
    }

    init?(noticeText: String) {
        let parts = noticeText.split(separator: " ").map(String.init)
        guard parts.count == 6, let kind = UInt8(parts[0]).flatMap(Subject.Kind.init(rawValue:)),
            let high = UInt64(parts[1], radix: 16), let low = UInt64(parts[2], radix: 16),
            let unit = AllowanceUnit(rawValue: parts[3]), let period = QuotaPeriod(rawValue: parts[4]),
            let source = AllowanceSource(rawValue: parts[5])
        else { return nil }
        self.init(subject: Subject(kind: kind, high: high, low: low), unit: unit, period: period, source: source)
    }
}
