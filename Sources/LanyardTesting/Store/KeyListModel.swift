import LanyardCore
import LanyardStorage

/// What a list of keys must hold, by the definition of its filter: the same keys in an array, asked the same question.
struct KeyListModel {
    let keys: [KeyRecord]

    /// The number of keys: more than any page that is asked for.
    static let count = 120
    static let now = Samples.time(10_000)

    /// Keys of which every combination is likely, from a seed; and the owners that they refer to are those of
    /// ``StoreConformance/insertOwners(_:)``.
    init(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let names = ["Billing cron", "billing_CRON", "100% größe", "GRÖSSE", "a\\b", "", "ing c"]
        let times = [nil, Self.now, Self.now.advanced(byMilliseconds: -1), Self.now.advanced(byMilliseconds: 1)]
        keys = (1...Self.count).map { number in
            var key = Samples.key(number, of: Samples.project(.random(in: 1...3, using: &random)).id)
            key.name = names.randomElement(using: &random) ?? ""
            key.environment = Bool.random(using: &random) ? .live : .test
            key.account = [nil, 1, 2].randomElement(using: &random)?.map { Samples.account($0).id }
            key.plan = [nil, 1, 2].randomElement(using: &random)?.map { Samples.plan($0).id }
            key.roles = [1, 2].filter { _ in Bool.random(using: &random) }.map { Samples.role($0).id }
            key.isDisabled = Int.random(in: 0..<5, using: &random) == 0
            key.revokedAt = Int.random(in: 0..<5, using: &random) == 0 ? Self.now : nil
            key.notBefore = times.randomElement(using: &random) ?? nil
            key.expiresAt = times.randomElement(using: &random) ?? nil
            return key
        }
    }

    /// The list, by its definition.
    func list(_ filter: KeyFilter, _ page: Page<KeyID>) -> [KeyRecord] {
        let matching = keys.sorted { $0.id > $1.id }.filter { key in
            if let project = filter.project, key.project != project { return false }
            if let visible = filter.visibleProjects, !visible.contains(key.project) { return false }
            if let account = filter.account, key.account != account { return false }
            if let plan = filter.plan, key.plan != plan { return false }
            if let role = filter.role, !key.roles.contains(role) { return false }
            if let environment = filter.environment, key.environment != environment { return false }
            if let text = filter.nameContains, !Self.contains(key.name, text) { return false }
            if let status = filter.status, key.status(at: filter.now) != status { return false }
            if let after = page.after, key.id >= after { return false }
            return true
        }
        return Array(matching.prefix(page.limit))
    }

    private static func contains(_ name: String, _ text: String) -> Bool {
        let (name, text) = (lowered(name), lowered(text))
        guard !text.isEmpty else { return true }
        guard name.count >= text.count else { return false }
        return (0...name.count - text.count).contains { name[$0..<$0 + text.count].elementsEqual(text) }
    }

    /// Lower case for ASCII letters alone.
    private static func lowered(_ text: String) -> [UInt8] {
        text.utf8.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 | 0x20 : $0 }
    }

    /// Filters of each condition by itself, of pairs, and of many at once.
    static func filters(seed: UInt64) -> [KeyFilter] {
        let changes = conditions
        func filter(_ changes: [(inout KeyFilter) -> Void]) -> KeyFilter {
            var filter = KeyFilter(now: now)
            for change in changes { change(&filter) }
            return filter
        }
        var filters = [filter([])] + changes.map { filter([$0]) }
        var random = SeededGenerator(seed: seed)
        for count in 2...5 {
            for _ in 0..<60 { filters.append(filter(Array(changes.shuffled(using: &random).prefix(count)))) }
        }
        return filters
    }

    private static var conditions: [(inout KeyFilter) -> Void] {
        var all: [(inout KeyFilter) -> Void] = []
        for number in 1...3 {
            all.append { $0.project = Samples.project(number).id }
            all.append { $0.account = Samples.account(number).id }
            all.append { $0.plan = Samples.plan(number).id }
            all.append { $0.role = Samples.role(number).id }
        }
        // More projects than any store would ask for one by one, too.
        for projects in [[], [1], [2, 3], [3, 1, 1], [99], Array(2...60)] {
            all.append { $0.visibleProjects = projects.map { Samples.id($0) } }
        }
        for environment in [EnvironmentName.live, .test] { all.append { $0.environment = environment } }
        for text in ["cron", "BILLING", "g c", "%", "_", "\\", "ö", "größe", "Ö", "", "nowhere"] {
            all.append { $0.nameContains = text }
        }
        for status in KeyRecord.Status.allCases { all.append { $0.status = status } }
        return all
    }
}
