import ArgumentParser
import AsyncHTTPClient
import LanyardWire
import NIOCore
import NIOHTTP1

/// `lanyard usage`
struct Usage: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "usage",
        abstract: "Show how many calls were granted and denied, over time.",
        usage: "lanyard usage [<options>]",
        discussion: """
            By default the last 24 hours, by the hour; times are UTC. The bar shows what was granted, then what was \
            denied. What keys of project lanyard did, administrators' calls such as this one, is left out unless you \
            ask for it.

            EXAMPLES:
              lanyard usage --project payments --last 7d --interval day
              lanyard usage --key 'billing cron' --last 2h --interval minute
              lanyard usage --group-by key --last 30d --interval day --csv > usage.csv
            """)

    enum Interval: String, ExpressibleByArgument, CaseIterable {
        case minute, hour, day

        var milliseconds: Int64 {
            switch self {
            case .minute: 60_000
            case .hour: 3_600_000
            case .day: 86_400_000
            }
        }
    }

    enum Group: String, ExpressibleByArgument, CaseIterable {
        case key, account, project

        /// The member of a row that says what it counts.
        var member: String { rawValue + "_id" }
    }

    @Option(help: ArgumentHelp("Only of this key, by id or name.", valueName: "key"))
    var key: String?

    @Option(help: ArgumentHelp("Only of this account, by id or external id.", valueName: "account"))
    var account: String?

    @Option(help: ArgumentHelp("Only of this project, by id or name.", valueName: "project"))
    var project: String?

    @Flag(help: "Also what keys of project lanyard did.")
    var includeLanyard = false

    @Option(help: ArgumentHelp("How long a row's interval is.", valueName: "interval"))
    var interval = Interval.hour

    @Option(help: ArgumentHelp("A row for each.", valueName: "what"))
    var groupBy: Group?

    @OptionGroup(title: "Time") var range: TimeRange

    @Flag(help: "Print CSV.")
    var csv = false

    @OptionGroup var server: AdminOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if csv, output.json { throw ValidationError("Give --csv or --json, not both.") }
    }

    func run(in session: Session) async throws(CommandFailure) {
        var query = [("account", account), ("project", project), ("group_by", groupBy?.rawValue)]
            .compactMap { name, value in value.map { (name: name, value: $0) } }
        if let key { query.append(("key", try await session.id(of: key, KeyResource.self))) }
        if includeLanyard { query.append(("include", "lanyard")) }
        query.append(("interval", interval.rawValue))
        query += range.query(now: session.now)
        if csv { return try await printCSV(query, in: session) }
        if session.printsJSON { return try await printJSON(query, in: session) }
        let chart = UsageChart(interval: interval, group: groupBy)
        try await chart.print(query, in: session)
    }

    /// The whole answer as one document of the list's form.
    private func printJSON(_ query: [(name: String, value: String)], in session: Session) async throws(CommandFailure) {
        var pages = PageOptions()
        pages.all = true
        let list = PagedList(path: UsageChart.path, query: query, pages: pages, nothing: "")
        try await list.print(in: session, columns: []) { _ in [] }
    }

    /// Passed on piece by piece, for it can be long.
    private func printCSV(_ query: [(name: String, value: String)], in session: Session) async throws(CommandFailure) {
        let request = APIRequest(
            method: .GET, path: UsageChart.path, query: query + [("format", "csv")], accept: "text/csv",
            isRepeatable: true)
        var message = session.client.message(request)
        let url = session.client.endpoint.url(path: UsageChart.path, query: [])
        var isFirst = true
        while true {
            let response = try await session.client.stream(message, timeout: session.client.configuration.timeout)
            try await pass(response, omittingHeader: !isFirst, in: session)
            guard let next = NextPage.query(response.headers) else { return }
            message.url = url + "?" + next
            isFirst = false
        }
    }

    /// - Parameter omittingHeader: whether the first line, the columns' names, has been printed already.
    private func pass(
        _ response: HTTPClientResponse, omittingHeader: Bool, in session: Session
    ) async throws(CommandFailure) {
        var isHeader = omittingHeader
        var pieces = response.body.makeAsyncIterator()
        while true {
            var piece: ArraySlice<UInt8>
            do {
                guard let next = try await pieces.next() else { return }
                piece = Array(buffer: next)[...]
            } catch {
                throw session.client.failure(of: error)
            }
            if isHeader {
                guard let end = piece.firstIndex(of: UInt8(ascii: "\n")) else { continue }
                isHeader = false
                piece = piece[(end + 1)...]
            }
            try session.console.output.write(Array(piece))
        }
    }
}
