import ArgumentParser
import LanyardTelemetry
import Metrics
import NIOCore

/// What it costs a request to be in the histogram of request times, as the data plane puts it there: a reading of the
/// clock, and two additions in the cells of its thread.
struct Latency: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Times the histogram of request times.")

    @Option(help: "Values in each round.") var values = 10_000_000
    @Option(help: "Rounds; the median is told.") var rounds = 5
    @Option(help: "Threads that record at once; CPU time is told for each value.") var threads = 1

    func run() async throws {
        let timer = withMetricsFactory(PrometheusRegistry()) { Timer(label: "request_seconds") }
        var clock: [Double] = []
        var whole: [Double] = []
        for _ in 0..<rounds {
            clock.append(await nanoseconds { walk { _ in } })
            whole.append(await nanoseconds { walk { timer.recordNanoseconds($0) } })
        }
        print(
            "latency: \(threads) threads: \(format(median(whole))) ns CPU a request,",
            "\(format(median(clock))) of them to read the clock (median of \(rounds))")
    }

    private func nanoseconds(_ body: @escaping @Sendable () -> Void) async -> Double {
        let (_, used) = await measure {
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<threads { group.addTask { body() } }
            }
        }
        return used * 1e9 / Double(values * threads)
    }

    /// Durations such as requests have: they fall into several of the histogram's ranges.
    private func walk(_ record: (Int64) -> Void) {
        let start = NIODeadline.now()
        for number in 0..<values {
            let now = NIODeadline.now() - start
            record(now.nanoseconds & 0xF_FFFF &+ Int64(number & 0xFF))
        }
    }
}
