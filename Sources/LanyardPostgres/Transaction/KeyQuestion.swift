import LanyardCore
import LanyardStorage

// # Lists of keys
//
// A list is read backwards along an index that ends in the key's id, until the page is full; there is one for each
// condition that a list is mostly asked by. Which of them leads is PostgreSQL's choice, by the statistics that it gathers
// itself. A reader who may see several projects asks for all of them at once.

/// What is asked of the table of keys: all that follows its columns, and the values.
struct KeyQuestion {
    private(set) var condition = ""
    private(set) var values = ColumnWriter(capacity: 8)

    init(_ filter: KeyFilter, _ page: Page<KeyID>) throws {
        var terms: [String] = []
        if let role = filter.role { terms.append("key_roles.role = \(place { $0.add(role) })") }
        if let account = filter.account { terms.append("account = \(place { $0.add(account) })") }
        if let plan = filter.plan { terms.append("plan = \(place { $0.add(plan) })") }
        if let project = filter.project { terms.append("project = \(place { $0.add(project) })") }
        if let visible = filter.visibleProjects {
            terms.append("project = ANY(\(place { $0.add(ColumnArray(visible)) })::uuid[])")
        }
        if let environment = filter.environment {
            terms.append("environment = \(try place { try $0.add(environment) })")
        }
        if let text = filter.nameContains, !text.isEmpty {
            // No name has a zero byte in it.
            guard !text.utf8.contains(0) else {
                condition = "WHERE false"
                values = ColumnWriter(capacity: 0)
                return
            }
            // In the order of bytes lower() changes ASCII letters alone.
            let lowered = String(decoding: text.utf8.map(Self.lowered), as: UTF8.self)
            terms.append("strpos(lower(name COLLATE \"C\"), \(try place { try $0.add(lowered) })) > 0")
        }
        if let status = filter.status { terms.append(condition(status, now: filter.now)) }
        // Both are the key's id; the list runs along the index that the named one is part of.
        let id = filter.role == nil ? "keys.id" : "key_roles.key"
        if let after = page.after { terms.append("\(id) < \(place { $0.add(after) })") }
        let limit = place { $0.add(max(0, page.limit)) }
        let join = filter.role == nil ? "" : "JOIN key_roles ON key_roles.key = keys.id "
        let conjunction = terms.isEmpty ? "" : "WHERE \(terms.joined(separator: " AND ")) "
        condition = "\(join)\(conjunction)ORDER BY \(id) DESC LIMIT \(limit)"
    }

    /// Gives a value its place.
    private mutating func place(_ add: (inout ColumnWriter) throws -> Void) rethrows -> String {
        try add(&values)
        return "$\(values.count)"
    }

    private static func lowered(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }

    /// The rule of `KeyRecord.status(at:)`, in SQL; the conformance suite holds both against each other.
    private mutating func condition(_ status: KeyRecord.Status, now time: Timestamp) -> String {
        let isOn = "revoked_at IS NULL AND NOT is_disabled"
        switch status {
        case .revoked: return "revoked_at IS NOT NULL"
        case .disabled: return "revoked_at IS NULL AND is_disabled"
        case .notYetValid, .expired, .active: break
        }
        let now = place { $0.add(time) }
        let hasBegun = "(not_before IS NULL OR not_before <= \(now))"
        switch status {
        case .notYetValid: return "\(isOn) AND not_before > \(now)"
        case .expired: return "\(isOn) AND \(hasBegun) AND expires_at <= \(now)"
        case .active, .revoked, .disabled:
            return "\(isOn) AND \(hasBegun) AND (expires_at IS NULL OR expires_at > \(now))"
        }
    }
}
