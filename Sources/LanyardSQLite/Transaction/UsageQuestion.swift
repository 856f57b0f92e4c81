import LanyardCore
import LanyardStorage

/// What is asked of the table of usage: rows of piece, group, outcome and sums, in order of piece and group.
///
/// Groups are compared as the 16 bytes of their ids, in which order their texts are too; none is 16 zero bytes, before
/// all others, as its empty text is.
struct UsageQuestion {
    private(set) var sql = ""
    private(set) var values = ColumnWriter(capacity: 10)
    private var valueCount = 0

    /// Stands in the table where there is no key: no key has this id.
    static let noKey = KeyID(high: 0, low: 0)
    private static let noGroupSQL = "zeroblob(16)"

    init(_ query: UsageQuery) throws {
        let minutes = Int64(query.interval.minutes)
        // SQLite's % has the sign of the dividend; twice makes it the floor's, also before 1970.
        let piece = "(minute - ((minute % \(minutes)) + \(minutes)) % \(minutes))"
        var terms = [
            "minute >= \(place { $0.add(Int64(query.fromMinute)) })",
            "minute < \(place { $0.add(Int64(query.toMinute)) })",
        ]
        if let key = query.key { terms.append("usage.key = \(place { $0.add(key) })") }
        if let account = query.account { terms.append("keys.account = \(place { $0.add(account) })") }
        if let project = query.project { terms.append("keys.project = \(place { $0.add(project) })") }
        if let visible = query.visibleProjects {
            let places = Set(visible).map { project in place { $0.add(project) } }
            terms.append("keys.project IN (\(places.joined(separator: ", ")))")
        }
        // `IS NOT` is true of what has no project too.
        if let hidden = query.hiddenProject { terms.append("keys.project IS NOT \(place { $0.add(hidden) })") }
        if query.hidesDeletedKeys {
            terms.append("(keys.id IS NOT NULL OR usage.key = \(Self.noGroupSQL))")
        }
        let group = Self.group(query.group)
        if let after = query.after {
            let minute = place { $0.add(Int64(after.minute)) }
            let id = try query.group.id(named: after.group)
            let group = "(\(piece), \(group)) > (\(minute), \(place { $0.add(id) }))"
            terms.append("minute >= \(minute) AND \(group)")
        }
        let needsKeys = query.account != nil || query.project != nil || query.visibleProjects != nil
        // A deleted key's usage stays, and belongs to no account or project any more.
        let join =
            needsKeys
            ? "JOIN keys ON keys.id = usage.key"
            : query.hiddenProject != nil || query.hidesDeletedKeys
                ? Self.looseJoin : Self.groupJoin(query.group)
        sql = """
            SELECT \(piece) AS piece, \(group) AS owner, outcome, sum(count), sum(tokens), sum(nano_usd)
            FROM usage \(join)
            WHERE \(terms.joined(separator: " AND "))
            GROUP BY piece, owner, outcome
            ORDER BY piece, owner, outcome
            """
    }

    /// Gives a value its place.
    private mutating func place(_ add: (inout ColumnWriter) -> Void) -> String {
        add(&values)
        valueCount += 1
        return "?\(valueCount)"
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
