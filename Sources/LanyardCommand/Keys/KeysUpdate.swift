import ArgumentParser
import LanyardWire

/// `lanyard keys update`
struct KeysUpdate: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "update",
        abstract: "Change a key.",
        usage: "lanyard keys update <key> [<options>]",
        discussion: """
            What isn't named stays as it is. Lists and metadata are replaced whole: to add a scope, give all of them. \
            Project and environment are part of the secret and can't be changed. The change holds on every node when \
            this returns; otherwise the nodes that have not confirmed it are named.

            EXAMPLES:
              lanyard keys update 'billing cron' \\
                --scope invoices:read --scope invoices:write
              lanyard keys update 'billing cron' --limit 200/60s --clear-expiry
            """)

    /// What can be emptied.
    enum Field: String, ClearableField {
        case account, scopes, roles, plan, limits, quotas
        case inFlight = "in-flight"
        case addresses = "ips"
        case methods, paths
        case notBefore = "not-before"
        case expiry, metadata

        var member: String {
            switch self {
            case .account, .scopes, .roles, .plan, .limits, .quotas, .methods, .paths, .metadata: rawValue
            case .inFlight: "in_flight"
            case .addresses: "ip_allowlist"
            case .notBefore: "not_before"
            case .expiry: "expires_at"
            }
        }

        var emptied: Emptied {
            switch self {
            case .account, .plan, .inFlight, .notBefore, .expiry: .null
            case .scopes, .roles, .limits, .quotas, .addresses, .methods, .paths: .noElements
            case .metadata: .noMembers
            }
        }

        static func help(for field: Field) -> ArgumentHelp? {
            switch field {
            case .account: "Take it out of its account."
            case .scopes: "Take all its own scopes away."
            case .roles: "Take all its roles away."
            case .plan: "Take its plan away."
            case .limits: "Take all its own limits away."
            case .quotas: "Take all its own quotas away."
            case .inFlight: "Let any number of calls be open at once."
            case .addresses: "Let it be used from anywhere."
            case .methods: "Let it be used for every method."
            case .paths: "Let it be used for every path."
            case .notBefore: "Make it usable at once."
            case .expiry: "Let it never expire."
            case .metadata: "Empty its metadata."
            }
        }
    }

    @Argument(help: "Its id or name.") var key: String

    @Option(help: ArgumentHelp("What people call it.", valueName: "name"))
    var name: String?

    @OptionGroup var fields: KeyFields

    @Flag(inversion: .prefixedNo, help: "Whether whoever holds the secret may rotate it.")
    var allowSelfRotate: Bool?

    @Flag var clear: [Field] = []

    @OptionGroup var server: AdminOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if clear.contains(.expiry), fields.expiresIn != nil {
            throw ValidationError("--clear-expiry and --expires-in contradict each other.")
        }
    }

    func run(in session: Session) async throws(CommandFailure) {
        var body = RequestBody()
        body.set("name", name)
        fields.add(to: &body)
        body.set("allow_self_rotate", allowSelfRotate)
        try body.clear(clear)
        try await session.update(KeyResource.self, key, body)
    }
}
