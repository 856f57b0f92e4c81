import ArgumentParser
import LanyardCore
import LanyardWire

/// Accounts, as these commands show them.
enum AccountResource: ManagedResource {
    struct Filters: ListFilters {
        @Option(help: ArgumentHelp("Only with exactly this name.", valueName: "name"))
        var name: String?

        @Option(help: ArgumentHelp("Only the one with this external id.", valueName: "id"))
        var externalID: String?

        var query: [(name: String, value: String)] {
            [("name", name), ("external_id", externalID)].compactMap { name, value in value.map { (name, $0) } }
        }
    }

    static let singular = "account"
    static let plural = "accounts"
    static let reference = "cus_481"
    static let deletion = "It must have no keys."
    static let namedBy = ["external_id", "name"]

    static func isID(_ text: String) -> Bool { AccountID(text) != nil }

    static let columns: [Table.Column] = [
        .init("ID"), .init("EXTERNAL ID", isFlexible: true), .init("NAME", isFlexible: true), .init("STATUS"),
        .init("LIMITS", isFlexible: true), .init("CREATED", isOptional: true),
    ]

    static func row(_ json: JSONValue) -> [Table.Cell] {
        [
            .init(json.shown("id")), .init(json.shown("external_id")), .init(json.shown("name")), status(json),
            .init(json.shownLimits("limits")), .init(json.shownTime("created_at")),
        ]
    }

    static func details(_ json: JSONValue) -> Details {
        var details = Details()
        details.add("id", json.shown("id"))
        details.add("external id", json.shown("external_id"))
        details.add("name", json.shown("name"))
        details.add("status", status(json).text, status(json).ink)
        details.addUnlessEmpty("suspended for", json.shown("suspended_reason"))
        details.addUnlessEmpty("billing day", json.shown("billing_day"))
        details.addUnlessEmpty("limits", json.shownLimits("limits"))
        details.addUnlessEmpty("quotas", json.shownQuotas("quotas"))
        if json["metadata"]?.object?.isEmpty == false { details.add("metadata", json.shown("metadata")) }
        details.addUnlessEmpty("created", json.shownTime("created_at"))
        details.addUnlessEmpty("updated", json.shownTime("updated_at"))
        return details
    }

    private static func status(_ json: JSONValue) -> Table.Cell {
        json["suspended"]?.bool == true ? Table.Cell("suspended", .bad) : Table.Cell("active", .good)
    }
}

/// `lanyard accounts`
struct Accounts: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "accounts",
        abstract: "Manage the customers, teams and agents that keys belong to.",
        discussion: """
            An account's limits and quotas are shared by all its keys, and suspending it shuts them all. Where a \
            command takes an account, give its id, its external id or its name.

            EXAMPLES:
              lanyard accounts create --name 'Acme Ltd' --external-id cus_481 \\
                --limit 1000/60s
              lanyard accounts suspend cus_481 --reason 'invoice overdue'
              lanyard accounts revoke-keys cus_481
            """,
        subcommands: [
            AccountsCreate.self, ListCommand<AccountResource>.self, ShowCommand<AccountResource>.self,
            AccountsUpdate.self, AccountsCredit.self, AccountsSuspend.self, AccountsResume.self,
            AccountsRevokeKeys.self, DeleteCommand<AccountResource>.self,
        ])
}
