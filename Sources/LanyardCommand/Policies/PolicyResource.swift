import ArgumentParser
import LanyardCore
import LanyardWire

/// Policies, as these commands show them.
enum PolicyResource: ManagedResource {
    struct Filters: ListFilters {
        @Option(help: ArgumentHelp("Only the one with this name.", valueName: "name"))
        var name: String?

        @Option(help: ArgumentHelp("Only of this project, by id or name.", valueName: "project"))
        var project: String?

        var query: [(name: String, value: String)] {
            [("name", name), ("project", project)].compactMap { name, value in value.map { (name, $0) } }
        }
    }

    static let singular = "policy"
    static let plural = "policies"
    static let reference = "invoices"
    static let deletion = "Locations that still ask for it are answered 404 from then on."
    static let namedBy = ["name"]

    static func isID(_ text: String) -> Bool { PolicyID(text) != nil }

    static let columns: [Table.Column] = [
        .init("ID"), .init("NAME", isFlexible: true), .init("DIALECT"), .init("PROJECT", isFlexible: true),
        .init("ENV"),
        .init("SCOPE", isFlexible: true),
    ]

    static func row(_ json: JSONValue) -> [Table.Cell] {
        [
            .init(json.shown("id")), .init(json.shown("name")), .init(json.shown("dialect")),
            .init(json.shownReference("project")), .init(json.shown("environment")), .init(json.shown("scope")),
        ]
    }

    static func details(_ json: JSONValue) -> Details {
        var details = Details()
        details.add("id", json.shown("id"))
        details.add("name", json.shown("name"))
        details.add("ask at", "/v1/authorize/p/\(json.shown("name"))")
        details.add("dialect", json.shown("dialect"))
        details.add("project", json["project"]?.object == nil ? "any but lanyard" : json.shownReference("project"))
        details.add("environment", json["environment"]?.string ?? "any")
        details.add("scope", json.shown("scope"))
        details.add("costs", costs(json))
        details.add("key from", json.shown("key_from"))
        details.addUnlessEmpty("methods", json.shown("methods"))
        details.addUnlessEmpty("paths", json.shown("paths"))
        details.addUnlessEmpty("created", json.shownTime("created_at"))
        details.addUnlessEmpty("updated", json.shownTime("updated_at"))
        return details
    }

    /// In the form in which `--cost` takes them.
    private static func costs(_ json: JSONValue) -> String {
        AllowanceUnit.allCases.compactMap { unit in
            guard let cost = json["costs"]?[unit.rawValue] else { return nil }
            let isNothing = cost.number?.int64 == 0 || cost.string.flatMap { try? MoneyText.nanoDollars($0) } == 0
            return isNothing ? nil : "\(unit.rawValue):\(cost.shown)"
        }.joined(separator: ", ")
    }
}

/// `lanyard policies`
struct Policies: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policies",
        abstract: "Manage what forward-auth locations demand.",
        discussion: """
            A reverse proxy asks /v1/authorize/p/NAME before it lets a request through. What is demanded comes from \
            the policy alone, whatever the caller sends.

            EXAMPLES:
              lanyard policies create --name invoices --project payments \\
                --scope invoices:read --dialect nginx
            """,
        subcommands: [
            PoliciesCreate.self, ListCommand<PolicyResource>.self, ShowCommand<PolicyResource>.self,
            PoliciesUpdate.self, DeleteCommand<PolicyResource>.self,
        ])
}
