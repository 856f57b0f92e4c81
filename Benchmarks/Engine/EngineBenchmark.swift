import ArgumentParser
import LanyardCore
import LanyardEngine
import LanyardManagement
import LanyardSQLite
import LanyardStorage
import Logging

/// Measures the engine in its own process, without sockets: what a decision takes, what a cached key weighs, how fast keys
/// come in. `scripts/bench` runs it and says what the figures mean; see docs/benchmarks.md.
@main
struct EngineBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "engine-benchmark", abstract: "Measures the engine in its own process.",
        subcommands: [Decide.self, Memory.self, Import.self, Load.self, Ledger.self, Latency.self])
}

/// What every measurement stands on: a store with keys that are alike but for their names.
struct Fixture {
    let engine: KeyEngine
    let management: Management
    let secrets: [Secret]

    /// The shape that the figures are stated for: a scope, and two limits that are never full.
    static func draft(_ number: Int) throws -> KeyDraft {
        var draft = KeyDraft(name: "key \(number)")
        draft.scopes = [try Scope(parsing: "invoices:read")]
        draft.limits = [
            .requests(1_000_000_000, per: .seconds(1), name: "second"),
            .requests(1_000_000_000, per: .seconds(60), name: "minute"),
        ]
        return draft
    }

    static func engine(at database: String?, cacheBytes: Int) async throws -> (KeyEngine, Management) {
        var configuration = EngineConfiguration()
        configuration.cacheBytes = cacheBytes
        configuration.trackedSubjects = 20_000_000
        var logger = Logger(label: "benchmark")
        logger.logLevel = .error
        let engine = try await KeyEngine(
            database.map { .sqlite($0) } ?? .inMemory, configuration: configuration, logger: logger)
        let management = Management(engine: engine)
        _ = try await management.bootstrap { _ in }
        return (engine, management)
    }

    /// The same in every process, so that one can ask for keys that another has imported.
    static func secrets(_ count: Int) -> [Secret] {
        guard let prefix = SecretPrefix("lyd"), let environment = EnvironmentName("live") else {
            preconditionFailure("both are well-formed")
        }
        var generator = Sequence(state: 0x6c61_6e79_6172_6421)
        return (0..<count).map { _ in Secret.generate(prefix: prefix, environment: environment, using: &generator) }
    }

    /// splitmix64 (Steele et al. 2014). Its secrets are worth nothing.
    private struct Sequence: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9e37_79b9_7f4a_7c15
            var bits = state
            bits = (bits ^ (bits >> 30)) &* 0xbf58_476d_1ce4_e5b9
            bits = (bits ^ (bits >> 27)) &* 0x94d0_49bb_1331_11eb
            return bits ^ (bits >> 31)
        }
    }

    /// Opens a store that holds the keys, or makes one and imports them, as a customer who moves in would.
    init(keys: Int, database: String? = nil, imports: Bool, cacheBytes: Int = 64 << 30) async throws {
        (engine, management) = try await Self.engine(at: database, cacheBytes: cacheBytes)
        secrets = Self.secrets(keys)
        if imports { try await importKeys() }
    }

    func importKeys() async throws {
        var lines: [ImportLine] = []
        for (number, secret) in secrets.enumerated() {
            lines.append(ImportLine(number: number + 1, digest: secret.digest, draft: try Self.draft(number)))
            if lines.count == Management.importBatchSize || number == secrets.count - 1 {
                _ = try await management.importBatch(lines, as: .operator)
                lines.removeAll(keepingCapacity: true)
            }
        }
    }

    /// Brings keys into the cache, with both of their windows in use.
    func warm(_ demand: Demand, _ secrets: ArraySlice<Secret>) async throws {
        var report = LimitReport()
        for (number, secret) in secrets.enumerated() {
            // Usage is written down each second while a server runs; what waits for that is no part of a key at rest.
            if number % 10_000 == 0 { await engine.flush(everything: false) }
            let decision = await engine.decideFetching(secret, report: &report) { presented, _ in
                DecisionRequest(presented: presented, demand: demand)
            }
            guard case .grant = decision else { throw Unexpected(decision: "\(decision)") }
        }
        await engine.flush(everything: false)
    }

    struct Unexpected: Error {
        let decision: String
    }
}
