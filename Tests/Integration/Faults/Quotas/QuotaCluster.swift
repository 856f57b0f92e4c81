import Foundation
import Synchronization
import TestSupport
import Testing

// # Nodes that share quotas
//
// Three servers, each a process of its own, on one PostgreSQL, each behind a proxy that can lose replies and cut it off. What
// is granted is counted here, outside, by this process's own monotonic clock.

/// Several nodes on one PostgreSQL.
final class QuotaCluster: Sendable {
    let postgres: PostgresServer
    let database: String
    let nodes: [QuotaNode]

    /// Starts PostgreSQL and `count` nodes; `environment` is what a node is started with beside the rest, and `options`
    /// what its command line says.
    init(
        _ count: Int = 3, stalenessBound: String = "3s", postgresEnvironment: [String: String] = [:],
        options: (Int) -> [String] = { _ in [] }, environment: (Int) throws -> [String: String] = { _ in [:] }
    ) async throws {
        postgres = try await PostgresServer.start(environment: postgresEnvironment)
        database = try await postgres.makeDatabase()
        var nodes: [QuotaNode] = []
        for number in 0..<count {
            let node = try QuotaNode(
                postgres, database: database, first: nodes.first, stalenessBound: stalenessBound,
                options: options(number), environment: try environment(number))
            // One after the other: the first one makes the schema, and writes down the administrator's secret.
            try await node.start()
            nodes.append(node)
        }
        self.nodes = nodes
    }

    /// One number that SQL says.
    func number(_ sql: String) async throws -> Int64 {
        let text = try await text(sql)
        return try #require(Int64(text), "\(sql): \(text)")
    }

    /// One text that SQL says.
    func text(_ sql: String) async throws -> String {
        try await postgres.run("SET search_path TO lanyard; " + sql, in: database).trimmingCharacters(
            in: .whitespacesAndNewlines)
    }

    /// What the ledger says of one unit's quotas: used, leased, and how many rows say more than their limit.
    func ledger() async throws -> (used: Int64, leased: Int64, over: Int64) {
        (
            try await number("SELECT coalesce(sum(used), 0) FROM balances"),
            try await number("SELECT coalesce(sum(leased), 0) FROM balances"),
            try await number("SELECT count(*) FROM balances WHERE used + leased > amount + credits")
        )
    }

    /// Ends every node in order; each must have given back what it held.
    func stop() async throws {
        for node in nodes { #expect(try await node.stop() == .exit(0)) }
    }
}

/// One node, which is killed and started again in its own folder.
final class QuotaNode: Sendable {
    let installation: Installation
    let proxy: PostgresProxy
    private let first: Installation
    private let database: String
    private let password: String
    private let stalenessBound: String
    private let options: [String]
    private let environment: [String: String]
    private let running = Mutex<RunningProcess?>(nil)

    init(
        _ postgres: PostgresServer, database: String, first: QuotaNode?, stalenessBound: String,
        options: [String] = [], environment: [String: String] = [:]
    ) throws {
        installation = try Installation()
        self.first = first?.first ?? installation
        proxy = try PostgresProxy(to: postgres.port)
        self.database = "postgres://\(PostgresServer.user)@127.0.0.1:\(proxy.port)/\(database)"
        password = postgres.password
        self.stalenessBound = stalenessBound
        self.options = options
        self.environment = environment
    }

    func start() async throws {
        let process = try installation.launch(
            ["--database", database, "--staleness-bound", stalenessBound, "--log-level", "notice"] + options,
            environment: environment.merging(["PGPASSWORD": password]) { $1 })
        let addresses = try await process.addresses(in: installation.file("ready.json"))
        let client = ServerClient(data: addresses.data, admin: addresses.admin, secret: try first.adminSecret)
        running.withLock { $0 = RunningProcess(process: process, client: client) }
    }

    /// Where it answers; `nil` while it does not run.
    var server: RunningProcess? { running.withLock { $0 } }

    func client() throws -> ServerClient { try #require(server).client }

    func kill() async {
        let server = running.withLock { $0.take() }
        await server?.kill()
    }

    func stop() async throws -> ServerProcess.End {
        let server = try #require(running.withLock { $0.take() })
        return await server.stop()
    }
}

/// Clients of all nodes at once, which go on while nodes die and come back.
struct QuotaLoad: Sendable {
    let nodes: [QuotaNode]
    let secret: String
    var clientsOfEach = 4
    /// After each grant, in seconds.
    var pause = 0.0
    /// Counts grants while it runs.
    let granted = Counter()

    struct Result: Sendable {
        var grants: [ObservedGrant] = []
        var denied = 0
        var unavailable = 0
        var others: [Int: Int] = [:]

        mutating func merge(_ other: Result) {
            grants += other.grants
            denied += other.denied
            unavailable += other.unavailable
            others.merge(other.others, uniquingKeysWith: +)
        }
    }

    /// Asks while `goesOn` says so. A connection that ends is made anew, where its node is by then.
    func run(while goesOn: @escaping @Sendable (Result) -> Bool) async -> Result {
        let (nodes, request) = (nodes, LoadConnection.authorize(secret))
        let results = await onThreads(nodes.count * clientsOfEach) { index in
            var result = Result()
            while goesOn(result) { ask(nodes[index % nodes.count], request, &result, while: goesOn) }
            return result
        }
        return results.reduce(into: Result()) { $0.merge($1) }
    }

    private func ask(
        _ node: QuotaNode, _ request: String, _ result: inout Result, while goesOn: (Result) -> Bool
    ) {
        guard let address = node.server?.client.data,
            var connection = try? LoadConnection(to: address, asking: request)
        else {
            Thread.sleep(forTimeInterval: 0.01)
            return
        }
        while goesOn(result) {
            switch connection.ask() {
            case .answered(status: 200, let sent, let answered):
                result.grants.append(ObservedGrant(sent: sent, answered: answered))
                granted.increment()
                if pause > 0 { Thread.sleep(forTimeInterval: pause) }
            case .answered(status: 429, _, _):
                result.denied += 1
                Thread.sleep(forTimeInterval: 0.002)
            case .answered(status: 503, _, _):
                result.unavailable += 1
                Thread.sleep(forTimeInterval: 0.002)
            case .answered(let status, _, _): result.others[status, default: 0] += 1
            case .closed, .cut: return
            }
        }
    }
}

/// A flag that a test sets and threads look at.
final class Switch: Sendable {
    private let isOn = Atomic<Bool>(false)
    func set() { isOn.store(true, ordering: .releasing) }
    var isSet: Bool { isOn.load(ordering: .acquiring) }
}
