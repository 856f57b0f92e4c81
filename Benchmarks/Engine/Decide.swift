import ArgumentParser
import LanyardCore
import LanyardEngine
import Synchronization

/// `decide` as the data plane calls it: a presented text, SHA-256 of it, a cached key, a scope, two limits.
struct Decide: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Times decisions on cached keys.")

    @Option(help: "Keys that the decisions walk.") var keys = 10_000
    @Option(help: "Decisions in each round.") var decisions = 1_000_000
    @Option(help: "Rounds; the median is told.") var rounds = 5
    @Option(help: "Threads that decide at once; CPU time is told for each decision.") var threads = 1

    func run() async throws {
        let fixture = try await Fixture(keys: keys, imports: true)
        let demand = Demand(scope: try ScopeExpression(parsing: "invoices:read"))
        try await fixture.warm(demand, fixture.secrets[...])
        // Texts side by side, as they lie in a request's buffer.
        let texts = fixture.secrets.map { secret in secret.withUnsafeBytes { Array($0) } }
        var wall: [Double] = []
        var cpu: [Double] = []
        for _ in 0..<rounds {
            let (elapsed, used) = await measure {
                await withTaskGroup(of: Void.self) { group in
                    for thread in 0..<threads {
                        group.addTask { walk(texts, fixture.engine, demand, from: thread * keys / threads) }
                    }
                }
            }
            let total = Double(decisions * threads)
            wall.append(elapsed * 1e9 / total)
            cpu.append(used * 1e9 / total)
        }
        print(
            "decide: \(keys) keys, \(threads) threads: \(format(median(cpu))) ns CPU a decision,",
            "\(format(median(wall))) ns between decisions (median of \(rounds))")
    }

    private func walk(_ texts: [[UInt8]], _ engine: KeyEngine, _ demand: Demand, from start: Int) {
        var report = LimitReport()
        var next = start
        for _ in 0..<decisions {
            texts[next].withUnsafeBytes { text in
                let decision = engine.decide(DecisionRequest(presented: .text(text), demand: demand), report: &report)
                // A benchmark of refusals would be a wrong figure; no task here can throw.
                guard case .grant = decision else { fatalError("a decision was not a grant: \(decision)") }
            }
            next += 1
            if next == texts.count { next = 0 }
        }
    }
}
