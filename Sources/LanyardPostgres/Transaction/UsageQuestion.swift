import LanyardCore
import LanyardStorage

/// What is asked of the table of usage: rows of piece, group, outcome and sums, in order of piece and group.
struct UsageQuestion {
    private(set) var sql = ""
    private(set) var values = ColumnWriter(capacity: 10)

    /// Stands in the table where there is no key: no key has this id.
    static let noKey = KeyID(high: 0, low: 0)
    private static let noGroupSQL = "'00000000-0000-0000-0000-000000000000'::uuid"

    init(_ query: UsageQuery) throws {
        let minutes = Int64(query.interval.minutes)
        // PostgreSQL's % has the sign of the dividend; twice makes it the floor's, also before 1970.
        let piece = "(minute - ((minute % \(minutes)) + \(minutes)) % \(minutes))"
        var terms = [
            "minute >= \(place { $0.add(Int64(query.fromMinute)) })",
            "minute < \(place { $0.add(Int64(query.toMinute)) })",
        ]
        if let key = query.key { terms.append("usage.key = \(place { $0.add(key) })") }
        if let account = query.account { terms.append("keys.account = \(place { $0.add(account) })") }
        if let project = query.project { terms.append("keys.project = \(place { $0.add(project) })") }
        if let visible = query.visibleProjects {
            terms.append("keys.project = ANY(\(place { $0.add(ColumnArray(visible)) })::uuid[])")
        }
        // `IS DISTINCT FROM` is true of what has no project too.
        if let hidden = query.hiddenProject {
            terms.append("keys.project IS DISTINCT FROM \(place { $0.add(hidden) })")
        }
        if query.hidesDeletedKeys {
            terms.append("(keys.id IS NOT NULL OR usage.key = \(Self.noGroupSQL))")
        }
        let group = Self.group(query.group)
        if let after = query.after {
            let minute = place { $0.add(Int64(after.minute)) }
            let id = try query.group.id(named: after.group)
            terms.append("minute >= \(minute) AND (\(piece), \(group)) > (\(minute), \(place { $0.add(id) }))")
        }
        let needsKeys = query.account != nil || query.project != nil || query.visibleProjects != nil
        // A deleted key's usage stays, and belongs to no account or project any more.
        let join =
            needsKeys
            ? "JOIN keys ON keys.id = usage.key"
            : query.hiddenProject != nil || query.hidesDeletedKeys
                ? Self.looseJoin : Self.groupJoin(query.group)
        sql = """
            SELECT \(piece) AS piece, \(group) AS owner, outcome, sum(count)::bigint, sum(tokens)::bigint,
                sum(nano_usd)::bigint
            FROM usage \(join)
            WHERE \(terms.joined(separator: " AND "))
            GROUP BY 1, 2, 3
            ORDER BY 1, 2, 3
            """
    }

    /// Gives a value its place.
    private mutating func place(_ add: (inout ColumnWriter) -> Void) -> String {
        add(&values)
        return "$\(values.count)"
    }

    private static func group(_ group: UsageQuery.Group) -> String {
        switch group {
        case .none: noGroupSQL
        case .key: "usage.key"
        case .account: "coalesce(keys.account, \(noGroupSQL))"
        case .project: "coalesce(keys.project, \(noGroupSQL))"
        }
    }

    /// Keeps rows that have no key.
    private static let looseJoin = "LEFT JOIN keys ON keys.id = usage.key"

    private static func groupJoin(_ group: UsageQuery.Group) -> String {
        switch group {
        case .none, .key: ""
        case .account, .project: looseJoin
        }
    }
}
