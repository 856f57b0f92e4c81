import ArgumentParser
import LanyardCore
import LanyardWire

/// Keys, as these commands show them.
enum KeyResource: ManagedResource {
    struct Filters: ListFilters {
        @Option(help: ArgumentHelp("Only of this project, by id or name.", valueName: "project"))
        var project: String?

        @Option(help: ArgumentHelp("Only of this account, by id or external id.", valueName: "account"))
        var account: String?

        @Option(help: ArgumentHelp("Only of this environment.", valueName: "name"))
        var environment: String?

        @Option(help: ArgumentHelp("Only with this status.", valueName: "status"))
        var status: KeyRecord.Status?

        @Option(help: ArgumentHelp("Only with exactly this name.", valueName: "name"))
        var name: String?

        var query: [(name: String, value: String)] {
            [
                ("project", project), ("account", account), ("environment", environment),
                ("status", status?.rawValue), ("name", name),
            ].compactMap { name, value in value.map { (name, $0) } }
        }
    }

    static let singular = "key"
    static let plural = "keys"
    static let reference = "'billing cron'"
    static let deletion = "The key must be revoked. Its usage and its entries in the audit log stay."
    static let namedBy = ["name"]

    static func isID(_ text: String) -> Bool { KeyID(text) != nil }

    static let columns: [Table.Column] = [
        .init("ID"), .init("NAME", isFlexible: true), .init("PROJECT", isFlexible: true),
        .init("ENV"), .init("STATUS"), .init("HINT", isOptional: true),
        .init("ACCOUNT", isFlexible: true, isOptional: true), .init("EXPIRES", isOptional: true),
        .init("LAST USED", isOptional: true),
    ]

    static func row(_ json: JSONValue) -> [Table.Cell] {
        [
            .init(json.shown("id")), .init(json.shown("name")), .init(json.shownReference("project")),
            .init(json.shown("environment")), status(json), .init(hint(json)), .init(json.shownReference("account")),
            .init(json.shownTime("expires_at")), .init(json.shownTime("last_used_at")),
        ]
    }

    static func details(_ json: JSONValue) -> Details {
        var details = Details()
        details.add("id", json.shown("id"))
        details.add("name", json.shown("name"))
        details.add("status", status(json).text, status(json).ink)
        details.addUnlessEmpty("revoked at", json.shownTime("revoked_at"))
        details.addUnlessEmpty("revoke reason", json.shown("revoke_reason"))
        details.add("project", json.shownReference("project"))
        details.add("environment", json.shown("environment"))
        details.addUnlessEmpty("account", json.shownReference("account"))
        details.add("hint", hint(json))
        details.add("scopes", json.shown("scopes"))
        details.addUnlessEmpty("roles", json.shown("roles"))
        details.addUnlessEmpty("plan", json.shown("plan"))
        details.addUnlessEmpty("limits", json.shownLimits("limits"))
        details.addUnlessEmpty("quotas", json.shownQuotas("quotas"))
        details.addUnlessEmpty("in flight", json.shown("in_flight"))
        details.addUnlessEmpty("addresses", json.shown("ip_allowlist"))
        details.addUnlessEmpty("methods", json.shown("methods"))
        details.addUnlessEmpty("paths", json.shown("paths"))
        if json["proof"]?.string != ProofRequirement.any.rawValue {
            details.addUnlessEmpty("proof", json.shown("proof"))
        }
        if json["imported"]?.bool == true { details.add("imported", json.shown("imported")) }
        if json["allow_self_rotate"]?.bool == true { details.add("may rotate itself", "yes") }
        details.addUnlessEmpty("not before", json.shownTime("not_before"))
        details.add("expires", json["expires_at"]?.string == nil ? "never" : json.shownTime("expires_at"))
        if json["metadata"]?.object?.isEmpty == false { details.add("metadata", json.shown("metadata")) }
        details.addUnlessEmpty("created", json.shownTime("created_at"))
        details.addUnlessEmpty("updated", json.shownTime("updated_at"))
        details.add("last used", json["last_used_at"]?.string == nil ? "never" : json.shownTime("last_used_at"))
        return details
    }

    private static func hint(_ json: JSONValue) -> String {
        let hint = json.shown("hint")
        return hint == JSONValue.nothing ? hint : "…" + hint
    }

    private static func status(_ json: JSONValue) -> Table.Cell {
        let text = json.shown("status")
        let ink: Ink? =
            switch KeyRecord.Status(rawValue: text) {
            case .active: .good
            case .disabled, .notYetValid: .warning
            case .revoked, .expired: .bad
            case nil: nil
            }
        return Table.Cell(text, ink)
    }
}
