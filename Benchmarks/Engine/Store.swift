import ArgumentParser
import LanyardCore
import LanyardEngine
import LanyardStorage

/// How fast digests of another system come in, one transaction for each thousand.
struct Import: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Times an import.")

    @Option(help: "Keys to import.") var keys = 200_000
    @Option(help: "The store's file, made anew.") var database: String

    func run() async throws {
        let fixture = try await Fixture(keys: keys, database: database, imports: false)
        let (elapsed, used) = try await measure { try await fixture.importKeys() }
        print(
            "import: \(keys) keys in \(format(elapsed)) s: \(Int(Double(keys) / elapsed)) a second,",
            "\(format(used * 1e6 / Double(keys))) us CPU a key")
        try await fixture.engine.shutDown()
    }
}

/// How long a key takes that is not cached, in a store that has many; and then one that is.
struct Load: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Times decisions on keys that are not cached.")

    @Option(help: "Keys in the store, all of those imported.") var keys = 200_000
    @Option(help: "Decisions on keys chosen evenly.") var loads = 10_000
    @Option(help: "The store's file, made by import.") var database: String

    private static let cachedDecisions = 2_000_000

    func run() async throws {
        let all = Fixture.secrets(keys)
        let secrets = (0..<loads).map { all[$0 * keys / loads] }
        var started: KeyEngine?
        let (start, _) = try await measure { started = try await Fixture.engine(at: database, cacheBytes: 1 << 30).0 }
        guard let engine = started else { return }
        let demand = Demand()
        var report = LimitReport()
        var times: [Double] = []
        for secret in secrets {
            let (elapsed, _) = try await measure {
                let decision = await engine.decideFetching(secret, report: &report) { presented, _ in
                    DecisionRequest(presented: presented, demand: demand)
                }
                guard case .grant = decision else { throw Fixture.Unexpected(decision: "\(decision)") }
            }
            times.append(elapsed * 1e6)
        }
        times.sort()
        // The same number of them whatever the store holds: what differs is the store.
        let cached = secrets.prefix(1000).map { secret in secret.withUnsafeBytes { Array($0) } }
        let (_, used) = measureNow {
            for number in 0..<Self.cachedDecisions {
                cached[number % cached.count].withUnsafeBytes { text in
                    let request = DecisionRequest(presented: .text(text), demand: demand)
                    guard case .grant = engine.decide(request, report: &report) else {
                        // A benchmark of refusals would be a wrong figure; nothing here can throw.
                        fatalError("a decision was not a grant")
                    }
                }
            }
        }
        print(
            "load: \(keys) keys in the store: ready after \(format(start * 1e3)) ms; uncached key",
            "p50 \(format(times[times.count / 2])) us, p99 \(format(times[times.count * 99 / 100])) us;",
            "cached key \(format(used * 1e9 / Double(Self.cachedDecisions))) ns of CPU")
        try await engine.shutDown()
    }
}
