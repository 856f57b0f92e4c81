import LanyardCore
import LanyardStorage

extension QuotaBalanceID {
    static let columns = ["subject_kind", "subject", "source", "unit", "period", "start"]
    /// The types of these columns.
    static let types: [ColumnType] = [.int8, .uuid, .text, .text, .text, .int8]

    init(_ columns: inout ColumnReader) throws {
        guard let kind = Subject.Kind(rawValue: try columns.number(UInt8.self)) else { throw columns.damage() }
        let id = try columns.id(SubjectTag.self)
        let source: AllowanceSource = try columns.choice()
        let quota = QuotaIdentity(
            subject: Subject(kind: kind, high: id.high, low: id.low), unit: try columns.choice(),
            period: try columns.choice(), source: source)
        self.init(quota: quota, start: try columns.time())
    }

    func write(to columns: inout ColumnWriter) throws {
        columns.add(Int64(quota.subject.kind.rawValue))
        columns.add(quota.subject.id)
        try columns.add(quota.source)
        try columns.add(quota.unit)
        try columns.add(quota.period)
        columns.add(start)
    }
}

extension QuotaBalance: StoredRecord {
    static let table = RecordTable(
        "balances",
        QuotaBalanceID.columns + ["period_end", "amount", "amount_epoch", "credits", "used", "leased", "alerted"])

    init(_ columns: inout ColumnReader) throws {
        self.init(
            id: try QuotaBalanceID(&columns), end: try columns.time(), amount: try columns.number(),
            amountEpoch: try columns.number(), credits: try columns.number(), used: try columns.number(),
            leased: try columns.number(), alerted: try columns.number(Int.self))
    }

    func write(to columns: inout ColumnWriter) throws {
        try id.write(to: &columns)
        columns.add(end)
        columns.add(amount)
        columns.add(amountEpoch)
        columns.add(credits)
        columns.add(used)
        columns.add(leased)
        columns.add(alerted)
    }
}

extension Lease: StoredRecord {
    static let table = RecordTable(
        "leases", ["id", "node"] + QuotaBalanceID.columns + ["period_end", "amount", "used", "state", "changed_at"])

    init(_ columns: inout ColumnReader) throws {
        self.init(
            id: try columns.id(), node: try columns.id(), balance: try QuotaBalanceID(&columns),
            end: try columns.time(), amount: try columns.number(), used: try columns.number(),
            state: try columns.choice(), changedAt: try columns.time())
    }

    func write(to columns: inout ColumnWriter) throws {
        columns.add(id)
        columns.add(node)
        try balance.write(to: &columns)
        columns.add(end)
        columns.add(amount)
        columns.add(used)
        try columns.add(state)
        columns.add(changedAt)
    }
}

/// An alert that waits to be told of; PostgreSQL numbers them.
struct WaitingAlert: StoredRecord {
    static let table = RecordTable(
        "quota_alerts", QuotaBalanceID.columns + ["percent", "used", "quota_limit", "at"])

    let alert: QuotaAlert

    init(_ alert: QuotaAlert) {
        self.alert = alert
    }

    init(_ columns: inout ColumnReader) throws {
        alert = QuotaAlert(
            balance: try QuotaBalanceID(&columns), percent: try columns.number(Int.self), used: try columns.number(),
            limit: try columns.number(), at: try columns.time())
    }

    func write(to columns: inout ColumnWriter) throws {
        try alert.balance.write(to: &columns)
        columns.add(alert.percent)
        columns.add(alert.used)
        columns.add(alert.limit)
        columns.add(alert.at)
    }
}
