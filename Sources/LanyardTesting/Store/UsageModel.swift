import LanyardCore
import LanyardStorage

/// What sums of usage must be, by the definition of the question: the same rows in an array, added up.
struct UsageModel {
    let keys: [KeyRecord]
    let rows: [UsageRow]

    /// The key that is in the rows, and no longer in the store.
    static let deleted: KeyID = Samples.id(50)

    init(keys: [KeyRecord], rows: [UsageRow]) {
        self.keys = keys
        self.rows = rows
    }

    init(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        keys = (1...9).map { number in
            var key = Samples.key(number, of: Samples.project(1 + number % 3).id)
            key.account = number % 4 == 0 ? nil : Samples.account(1 + number % 2).id
            return key
        }
        let owners: [KeyID?] = keys.map(\.id) + [nil, Self.deleted]
        rows = (0..<400).map { _ in
            let outcome = [UsageRow.granted, "rate_limited", "unknown_key"].randomElement(using: &random) ?? ""
            let isGranted = outcome == UsageRow.granted
            return UsageRow(
                key: owners.randomElement(using: &random) ?? nil, minute: .random(in: 1000..<6000, using: &random),
                outcome: outcome, count: .random(in: 1...9, using: &random),
                tokens: isGranted ? .random(in: 0...1_000_000_000_000, using: &random) : 0,
                nanoUSD: isGranted ? .random(in: 0...1_000_000_000_000_000, using: &random) : 0)
        }
    }

    /// The sums, by their definition; limit and place are the question's.
    func sums(_ query: UsageQuery) -> [UsageSum] {
        var sums: [UsagePosition: UsageSum] = [:]
        for row in rows where query.fromMinute <= row.minute && row.minute < query.toMinute {
            let key = row.key.flatMap { id in keys.first { $0.id == id } }
            if let id = query.key, row.key != id { continue }
            if let account = query.account, key?.account != account { continue }
            if let project = query.project, key?.project != project { continue }
            if let visible = query.visibleProjects {
                guard let key, visible.contains(key.project) else { continue }
            }
            if let hidden = query.hiddenProject, key?.project == hidden { continue }
            if query.hidesDeletedKeys, row.key != nil, key == nil { continue }
            let position = UsagePosition(
                minute: row.minute - row.minute % query.interval.minutes, group: group(query.group, row.key, key))
            var sum = sums[position] ?? UsageSum(position: position, outcomes: [:], tokens: 0, nanoUSD: 0)
            sum.outcomes[row.outcome, default: 0] += row.count
            sum.tokens += row.tokens
            sum.nanoUSD += row.nanoUSD
            sums[position] = sum
        }
        let ordered = sums.values.sorted { Self.isBefore($0.position, $1.position) }
        let rest = ordered.drop { sum in query.after.map { !Self.isBefore($0, sum.position) } ?? false }
        return Array(rest.prefix(query.limit))
    }

    private func group(_ group: UsageQuery.Group, _ id: KeyID?, _ key: KeyRecord?) -> String {
        switch group {
        case .none: ""
        case .key: id?.description ?? ""
        case .account: key?.account?.description ?? ""
        case .project: key?.project.description ?? ""
        }
    }

    private static func isBefore(_ left: UsagePosition, _ right: UsagePosition) -> Bool {
        left.minute == right.minute ? left.group < right.group : left.minute < right.minute
    }

    /// Every interval and group with each condition, and with several.
    static func queries(seed: UInt64) -> [UsageQuery] {
        var random = SeededGenerator(seed: seed)
        let conditions: [(inout UsageQuery) -> Void] = [
            { $0.key = Samples.id(3) }, { $0.key = deleted }, { $0.account = Samples.account(1).id },
            { $0.project = Samples.project(2).id }, { $0.visibleProjects = [] },
            { $0.visibleProjects = [Samples.project(1).id, Samples.project(3).id, Samples.id(77)] },
            { $0.hiddenProject = Samples.project(2).id }, { $0.hiddenProject = Samples.id(77) },
            { $0.hidesDeletedKeys = true }, { $0.fromMinute = 2880 }, { $0.toMinute = 4321 }, { $0.fromMinute = 3001 },
        ]
        var queries: [UsageQuery] = []
        for interval in UsageQuery.Interval.allCases {
            for group in UsageQuery.Group.allCases {
                let query = UsageQuery(fromMinute: 0, toMinute: .max, interval: interval, group: group, limit: 1000)
                queries.append(query)
                for condition in conditions {
                    var query = query
                    condition(&query)
                    queries.append(query)
                }
                for count in [2, 3, 3, 4] {
                    var query = query
                    for condition in conditions.shuffled(using: &random).prefix(count) { condition(&query) }
                    queries.append(query)
                }
            }
        }
        return queries
    }
}
