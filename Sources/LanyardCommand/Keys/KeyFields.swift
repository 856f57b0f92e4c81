import ArgumentParser
import LanyardCore
import LanyardWire

/// What a key is given, when it is created and later.
struct KeyFields: ParsableArguments {
    @Option(help: ArgumentHelp("The account that it belongs to, by id or external id.", valueName: "account"))
    var account: String?

    @Option(
        name: .customLong("scope"),
        help: ArgumentHelp("A permission, as invoices:read. Repeatable.", valueName: "scope"))
    var scopes: [String] = []

    @Option(
        name: .customLong("role"), help: ArgumentHelp("A role, whose scopes are added. Repeatable.", valueName: "name"))
    var roles: [String] = []

    @Option(help: ArgumentHelp("A plan, whose scopes, limits and quotas are added, by id or name.", valueName: "plan"))
    var plan: String?

    @Option(
        name: .customLong("limit"),
        help: ArgumentHelp(
            "At most so much in any stretch of a window: \(LimitArgument.form). Repeatable.",
            valueName: LimitArgument.valueName),
        transform: LimitArgument.init)
    var limits: [LimitArgument] = []

    @Option(
        name: .customLong("quota"),
        help: ArgumentHelp(
            "At most so much in each hour, day, week or month of the calendar, or ever: \(QuotaArgument.form). Repeatable.",
            valueName: QuotaArgument.valueName),
        transform: QuotaArgument.init)
    var quotas: [QuotaArgument] = []

    @Option(help: ArgumentHelp("How many calls may be open at once.", valueName: "number"))
    var inFlight: Int64?

    @Option(
        name: .customLong("allow-ip"),
        help: ArgumentHelp("An address or block that it may be used from. Repeatable.", valueName: "cidr"))
    var addresses: [String] = []

    @Option(
        name: .customLong("method"),
        help: ArgumentHelp("A method that it may be used for, as GET. Repeatable.", valueName: "method"))
    var methods: [String] = []

    @Option(
        name: .customLong("path"),
        help: ArgumentHelp("A path that it may be used for, as '/v1/invoices/**'. Repeatable.", valueName: "pattern"))
    var paths: [String] = []

    @Option(help: ArgumentHelp("How possession must be shown.", valueName: "proof"))
    var proof: ProofRequirement?

    @Option(help: ArgumentHelp("Not usable before this time, as 2026-03-01T09:30:00Z.", valueName: "time"))
    var notBefore: TimeArgument?

    @Option(help: ArgumentHelp("Usable for so long from now on, as 90d.", valueName: "duration"))
    var expiresIn: PositiveDuration?

    @Option(help: ArgumentHelp("Not usable from this time on.", valueName: "time"))
    var expiresAt: TimeArgument?

    @Option(
        help: ArgumentHelp("Your own data about it: \(MetadataArgument.form). Repeatable.", valueName: "data"),
        transform: MetadataArgument.members)
    var metadata: [[JSONObject.Member]] = []

    func validate() throws {
        if expiresIn != nil, expiresAt != nil { throw ValidationError("Give --expires-in or --expires-at, not both.") }
        if let inFlight, !RecordBounds.inFlight.contains(inFlight) {
            throw ValidationError(
                "--in-flight must be \(RecordBounds.inFlight.lowerBound) to \(RecordBounds.inFlight.upperBound).")
        }
        try LimitArgument.validate(limits)
        try QuotaArgument.validate(quotas)
        try MetadataArgument.validate(metadata)
    }

    func add(to body: inout RequestBody) {
        body.set("account", account)
        body.set("scopes", scopes)
        body.set("roles", roles)
        body.set("plan", plan)
        body.set("limits", limits)
        body.set("quotas", quotas)
        body.set("in_flight", inFlight)
        body.set("ip_allowlist", addresses)
        body.set("methods", methods.map { $0.uppercased() })
        body.set("paths", paths)
        body.set("proof", proof?.rawValue)
        body.set("not_before", notBefore?.text)
        body.set("expires_in", expiresIn.map { DurationText.text(milliseconds: $0.milliseconds) })
        body.set("expires_at", expiresAt?.text)
        body.set("metadata", MetadataArgument.json(metadata))
    }
}
