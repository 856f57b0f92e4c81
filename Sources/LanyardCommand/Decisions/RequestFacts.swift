import ArgumentParser
import LanyardWire

/// The request that a decision is asked about.
struct RequestFacts: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The scope that it needs, or an expression as 'a:read and (b:x or b:y)'.", valueName: "expression"))
    var scope: String?

    @Option(
        name: .customLong("cost"),
        help: ArgumentHelp(
            "What it costs: \(CostArgument.form). Repeatable, once a unit (default: 1 request).", valueName: "cost"),
        transform: CostArgument.init)
    var costs: [CostArgument] = []

    @Option(help: ArgumentHelp("The client's address.", valueName: "address"))
    var ip: String?

    @Option(help: ArgumentHelp("Its method, as GET.", valueName: "method"))
    var method: String?

    @Option(help: ArgumentHelp("Its path, without the query.", valueName: "path"))
    var path: String?

    @Option(help: ArgumentHelp("Demand a key of this environment.", valueName: "name"))
    var environment: String?

    @Option(help: ArgumentHelp("Demand a key of this project, by id or name.", valueName: "project"))
    var project: String?

    func validate() throws {
        try CostArgument.validate(costs)
    }

    func add(to body: inout RequestBody) {
        body.set("scope", scope)
        body.set("costs", CostArgument.json(costs))
        body.set("ip", ip)
        body.set("method", method?.uppercased())
        body.set("path", path)
        body.set("environment", environment)
        body.set("project", project)
    }
}
