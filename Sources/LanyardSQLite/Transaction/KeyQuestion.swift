import LanyardCore
import LanyardStorage

// # Lists of keys
//
// A list is read backwards along an index that ends in the key's id, until the page is full: nothing is sorted, and a
// page costs the same wherever it stands. Which index leads is decided here and not by SQLite, whose guesses need
// statistics that nobody has gathered: the role, else the account, else the plan, else the project, else the id alone.
// Every other condition is checked row by row; the `+` before a column keeps SQLite from using its index.
//
// A reader who may see several projects gets one question for each, and the newest of all answers; if there are many
// projects, one question that checks each key's.

/// What is asked of the table of keys: all that follows its columns, and the values.
struct KeyQuestion {
    private(set) var condition = ""
    private(set) var values = ColumnWriter(capacity: 8)
    private var valueCount = 0

    /// Up to so many visible projects are asked for one by one.
    private static let mostSeparateProjects = 16

    /// The questions whose answers together, the newest first, are the list.
    static func questions(_ filter: KeyFilter, page: Page<KeyID>) throws -> [KeyQuestion] {
        guard let visible = filter.visibleProjects else { return [try KeyQuestion(filter, page, filter.project)] }
        if let project = filter.project {
            return visible.contains(project) ? [try KeyQuestion(filter, page, project)] : []
        }
        let distinct = Set(visible)
        let hasLeader = filter.role != nil || filter.account != nil || filter.plan != nil
        if distinct.count == 1 || !hasLeader && distinct.count <= mostSeparateProjects {
            return try distinct.map { try KeyQuestion(filter, page, $0) }
        }
        return [try KeyQuestion(filter, page, nil, amongst: distinct)]
    }

    private init(
        _ filter: KeyFilter, _ page: Page<KeyID>, _ project: ProjectID?, amongst visible: Set<ProjectID>? = nil
    ) throws {
        var terms: [String] = []
        /// The first condition that has an index leads; the others are kept from it.
        var leader: String { terms.isEmpty ? "" : "+" }
        if let role = filter.role {
            terms.append("key_roles.role = \(place { $0.add(role) })")
        }
        if let account = filter.account { terms.append("\(leader)account = \(place { $0.add(account) })") }
        if let plan = filter.plan { terms.append("\(leader)plan = \(place { $0.add(plan) })") }
        if let project { terms.append("\(leader)project = \(place { $0.add(project) })") }
        if let visible {
            let places = visible.map { project in place { $0.add(project) } }
            terms.append("+project IN (\(places.joined(separator: ", ")))")
        }
        if let environment = filter.environment {
            terms.append("environment = \(try place { try $0.add(environment) })")
        }
        if let text = filter.nameContains, !text.isEmpty {
            // SQLite's lower() changes ASCII letters alone.
            let lowered = String(decoding: text.utf8.map(Self.lowered), as: UTF8.self)
            terms.append("instr(lower(name), \(try place { try $0.add(lowered) })) > 0")
        }
        if let status = filter.status {
            terms.append(Self.condition(status, now: place { $0.add(filter.now) }))
        }
        // Both are the key's id; the list runs along the index that the named one is part of.
        let id = filter.role == nil ? "keys.id" : "key_roles.key"
        if let after = page.after { terms.append("\(id) < \(place { $0.add(after) })") }
        let limit = place { $0.add(page.limit) }
        let join = filter.role == nil ? "" : "JOIN key_roles ON key_roles.key = keys.id "
        let conjunction = terms.isEmpty ? "" : "WHERE \(terms.joined(separator: " AND ")) "
        condition = "\(join)\(conjunction)ORDER BY \(id) DESC LIMIT \(limit)"
    }

    /// Gives a value its place.
    private mutating func place(_ add: (inout ColumnWriter) throws -> Void) rethrows -> String {
        try add(&values)
        valueCount += 1
        return "?\(valueCount)"
    }

    private static func lowered(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }

    /// The rule of `KeyRecord.status(at:)`, in SQL; the conformance suite holds both against each other.
    private static func condition(_ status: KeyRecord.Status, now: String) -> String {
        let isOn = "revoked_at IS NULL AND is_disabled = 0"
        let hasBegun = "(not_before IS NULL OR not_before <= \(now))"
        switch status {
        case .revoked: return "revoked_at IS NOT NULL AND \(now) IS NOT NULL"
        case .disabled: return "revoked_at IS NULL AND is_disabled = 1 AND \(now) IS NOT NULL"
        case .notYetValid: return "\(isOn) AND not_before > \(now)"
        case .expired: return "\(isOn) AND \(hasBegun) AND expires_at <= \(now)"
        case .active: return "\(isOn) AND \(hasBegun) AND (expires_at IS NULL OR expires_at > \(now))"
        }
    }
}
