import Foundation
import TestSupport
import Testing

// # Limits over three nodes
//
// Three processes count one key's windows in one PostgreSQL. Clients of all three ask at full speed; a node is killed and
// comes back in the middle. Whether a window was over-full is judged outside, by one monotonic clock.

@Suite("Limits that nodes count together, under load", .serialized)
struct SharedLimitLoadTests {
    private struct Run {
        let limits: [(name: String, amount: Int, seconds: Int)]
        let time: Duration

        static let plain = Run(limits: [("second", 20, 1), ("five", 60, 5)], time: .seconds(8))
        static let full = Run(limits: [("second", 20, 1), ("ten", 100, 10), ("minute", 1000, 60)], time: .seconds(130))

        /// As the key's `limits` in JSON.
        var text: String {
            let limits = limits.map { #"{"name":"\#($0.name)","amount":\#($0.amount),"window":"\#($0.seconds)s"}"# }
            return #""limits":[\#(limits.joined(separator: ","))]"#
        }
    }

    @Test("no stretch holds more than any limit's amount, over three nodes and a kill -9")
    func fullSpeed() async throws {
        let run = TestRun.isLong ? Run.full : Run.plain
        let cluster = try await QuotaCluster()
        let key = try await cluster.nodes[0].client().createKey("shared", run.text)
        let end = LoadConnection.now + run.time.nanoseconds
        async let load = QuotaLoad(nodes: cluster.nodes, secret: key.secret).run { _ in LoadConnection.now < end }
        try await Task.sleep(for: run.time / 3)
        let restarts = Recoveries()
        try await cluster.nodes[1].restart(asking: key.secret, noting: restarts)
        let seen = await load
        print("    decided again after kill -9, from the start of the new process: \(restarts)")
        #expect(seen.others.isEmpty, "\(seen.others)")
        #expect(seen.denied > 0)
        print("shared limits: \(seen.grants.count) granted, \(seen.denied) denied, \(seen.unavailable) unavailable")
        for limit in run.limits {
            let most = seen.grants.most(within: .seconds(limit.seconds))
            print("    at most \(most) within \(limit.seconds) s of \(limit.amount)")
            #expect(most <= limit.amount)
        }
        // A machine of any speed comes so far.
        let least = run.limits.map { Double($0.amount) / Double($0.seconds) }.min() ?? 0
        let share = Double(seen.grants.count) / (least * Double(run.time.components.seconds))
        print("    \(share) of what the narrowest sustains, with its first amount")
        #expect(seen.grants.count >= run.limits[0].amount)
        try await cluster.stop()
    }
}
