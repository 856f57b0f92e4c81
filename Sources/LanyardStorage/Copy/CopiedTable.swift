// # What a copy of a store is made of
//
// A store is copied row by row, as it stands in its tables: every kind of store keeps the same ones, with the same columns,
// whatever their types are called there. So nothing has to be decoded that nobody looks at, and two stores can be compared
// byte by byte. A test holds these tables against the schemas, so that no column can be forgotten.

/// A column of a table that is copied.
package struct CopiedColumn: Sendable, Hashable {
    /// What its values are, whatever a store's library calls that.
    package enum Kind: Sendable, Hashable {
        /// 16 bytes, most significant first.
        case id
        /// A whole number with a sign, in 64 bits.
        case number
        case flag
        case text
        case bytes
    }

    package let name: String
    package let kind: Kind
    package let isOptional: Bool

    static func id(_ name: String) -> CopiedColumn { CopiedColumn(name: name, kind: .id, isOptional: false) }
    static func number(_ name: String) -> CopiedColumn { CopiedColumn(name: name, kind: .number, isOptional: false) }
    static func flag(_ name: String) -> CopiedColumn { CopiedColumn(name: name, kind: .flag, isOptional: false) }
    static func text(_ name: String) -> CopiedColumn { CopiedColumn(name: name, kind: .text, isOptional: false) }
    static func bytes(_ name: String) -> CopiedColumn { CopiedColumn(name: name, kind: .bytes, isOptional: false) }

    /// The same column where it may be empty.
    var optional: CopiedColumn { CopiedColumn(name: name, kind: kind, isOptional: true) }
}

/// A table that is copied, or those rows of it that are.
package struct CopiedTable: Sendable, Hashable {
    package let name: String
    /// The columns of the primary key come first, in its order.
    package let columns: [CopiedColumn]
    /// How many columns the primary key has.
    package let keyCount: Int
    /// Rows with one of these texts in this column stay where they are.
    package let excluded: Exclusion?
    /// A column beside the key whose values no two rows share. Before such values change hands, they must be let go.
    package let uniqueColumn: CopiedColumn?
    /// Whether rows of other tables refer to its rows: it must have its new rows before theirs, and lose its old rows after.
    package let isReferredTo: Bool
    /// Whether its rows never change and never go: a difference in one that is there is another history.
    package let onlyGrows: Bool

    package struct Exclusion: Sendable, Hashable {
        package let column: String
        package let texts: [String]
    }

    init(
        _ name: String, key keyCount: Int = 1, excluded: Exclusion? = nil, unique: String? = nil,
        isReferredTo: Bool = false, onlyGrows: Bool = false, _ columns: [CopiedColumn]
    ) {
        self.name = name
        self.columns = columns
        self.keyCount = keyCount
        self.excluded = excluded
        uniqueColumn = columns.first { $0.name == unique }
        self.isReferredTo = isReferredTo
        self.onlyGrows = onlyGrows
    }

    package var key: ArraySlice<CopiedColumn> { columns.prefix(keyCount) }
}

// MARK: - The tables

extension CopiedTable {
    /// In an order in which no row comes before those that it refers to. The audit log comes first: it tells two
    /// histories apart before anything else is touched.
    package static let all = [
        audit, projects, accounts, plans, roles, keys, keyRoles, secrets, policies, usage, balances, leases,
        idempotency, markers,
    ]

    package static let audit = CopiedTable(
        "audit", onlyGrows: true,
        [
            .number("sequence"), .number("at"), .id("actor").optional, .text("actor_name"), .text("action"),
            .text("target"), .text("before").optional, .text("after").optional, .text("request_id").optional,
            .bytes("previous_hash"), .bytes("hash"),
        ])

    static let projects = CopiedTable(
        "projects", unique: "name", isReferredTo: true,
        [
            .id("id"), .text("name"), .text("prefix"), .text("environments").optional, .number("created_at"),
            .number("updated_at"),
        ])

    static let accounts = CopiedTable(
        "accounts", unique: "external_id", isReferredTo: true,
        [
            .id("id"), .text("name"), .text("external_id").optional, .number("billing_day"), .text("limits").optional,
            .flag("is_suspended"), .text("suspended_reason").optional, .text("metadata").optional,
            .number("created_at"), .number("updated_at"), .text("quotas").optional,
        ])

    static let plans = CopiedTable(
        "plans", unique: "name", isReferredTo: true,
        [
            .id("id"), .text("name"), .text("scopes").optional, .text("limits").optional,
            .number("maximum_in_flight").optional, .number("created_at"), .number("updated_at"),
            .text("quotas").optional,
        ])

    static let roles = CopiedTable(
        "roles", unique: "name", isReferredTo: true,
        [
            .id("id"), .text("name"), .text("scopes").optional, .flag("is_built_in"), .number("created_at"),
            .number("updated_at"),
        ])

    package static let keys = CopiedTable(
        "keys",
        [
            .id("id"), .text("name"), .id("project"), .text("environment"), .id("account").optional,
            .text("scopes").optional, .text("roles").optional, .id("plan").optional, .text("limits").optional,
            .number("maximum_in_flight").optional, .text("ip_allowlist").optional, .text("methods").optional,
            .text("paths").optional, .text("proof"), .number("not_before").optional, .number("expires_at").optional,
            .flag("is_disabled"), .number("revoked_at").optional, .text("revoke_reason").optional,
            .flag("allows_self_rotation"), .text("metadata").optional, .text("hint"), .flag("is_imported"),
            .number("created_at"), .number("updated_at"), .number("last_used_at").optional, .text("quotas").optional,
        ])

    static let keyRoles = CopiedTable("key_roles", key: 2, [.id("role"), .id("key")])

    package static let secrets = CopiedTable(
        "secrets",
        [
            .bytes("digest"), .id("key"), .bytes("public_key").optional, .number("created_at"),
            .number("grace_ends_at").optional,
        ])

    static let policies = CopiedTable(
        "policies", unique: "name",
        [
            .id("id"), .text("name"), .id("project").optional, .text("environment").optional, .text("scope").optional,
            .number("cost_requests"), .number("cost_tokens"), .number("cost_nano_usd"), .text("dialect"),
            .text("key_from").optional, .text("methods").optional, .text("paths").optional, .number("created_at"),
            .number("updated_at"),
        ])

    static let usage = CopiedTable(
        "usage", key: 3,
        [
            .number("minute"), .id("key"), .text("outcome"), .number("count"), .number("tokens"), .number("nano_usd"),
        ])

    static let balances = CopiedTable(
        "balances", key: 6,
        [
            .number("subject_kind"), .id("subject"), .text("source"), .text("unit"), .text("period"), .number("start"),
            .number("period_end"), .number("amount"), .number("amount_epoch"), .number("credits"), .number("used"),
            .number("leased"), .number("alerted"),
        ])

    /// Closed ones alone: they are what a repeated settlement or adjustment is known by. Before the end of a copy there are
    /// no open ones left.
    static let leases = CopiedTable(
        "leases", excluded: Exclusion(column: "state", texts: ["open"]),
        [
            .id("id"), .id("node"), .number("subject_kind"), .id("subject"), .text("source"), .text("unit"),
            .text("period"), .number("start"), .number("period_end"), .number("amount"), .number("used"),
            .text("state"), .number("changed_at"),
        ])

    static let idempotency = CopiedTable(
        "idempotency", key: 2,
        [
            .id("caller"), .bytes("key_hash"), .bytes("request_hash"), .number("status"), .bytes("sealed_body"),
            .text("target"), .number("created_at"),
        ])

    /// What is remembered of the store itself; that it is a copy, or was copied, is another matter in each.
    static let markers = CopiedTable(
        "markers",
        excluded: Exclusion(column: "name", texts: [StoreMarker.copy.rawValue, StoreMarker.movedTo.rawValue]),
        [.text("name"), .text("value")])
}
