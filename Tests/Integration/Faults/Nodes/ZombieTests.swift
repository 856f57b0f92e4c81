import Foundation
import LanyardTesting
import LanyardWire
import NIOHTTP1
import Synchronization
import TestSupport
import Testing

// # A node that is stopped and goes on
//
// It wakes with a thousand questions in its sockets, with keys in its memory that were revoked meanwhile, and with leases
// that were perhaps counted as used. Either the revocation's answer has named it, or it must grant none of these keys.

@Suite("A node that is stopped, and goes on later", .serialized)
struct ZombieTests {
    /// How long the node stays where it was stopped.
    enum Stop: String, CaseIterable, CustomTestStringConvertible {
        /// Its staleness bound lasts longer than a revocation waits.
        case named = "until the revocation has named it"
        /// Beyond its bound.
        case silent = "until it must deny by itself"
        /// What it had leased counts as used.
        case forgotten = "until the others have forgotten it"

        var stalenessBound: String { self == .named ? "60s" : "2s" }
        var testDescription: String { rawValue }
    }

    /// In the plain run without the one that takes the longest.
    static var stops: [Stop] { TestRun.isLong ? Stop.allCases : [.named, .silent] }

    private static let connections = 30
    private static let questions = 34
    private static let amount: Int64 = 3000

    @Test("is named by a revocation, or grants none of what was revoked; the ledger is never over", arguments: stops)
    func zombie(_ stop: Stop) async throws {
        let cluster = try await QuotaCluster(stalenessBound: stop.stalenessBound)
        let clients = try cluster.nodes.map { try $0.client() }
        let zombie = try await clients[0].newestNode()
        let quota = #""quotas":[{"name":"all","amount":\#(Self.amount),"period":"lifetime"}]"#
        let plain = try await clients[0].createKey("plain")
        let metered = try await clients[0].createKey("metered", quota)
        let busy = try await clients[0].createKey("busy", quota)
        let (isStopped, isOver, waiting) = (Switch(), Switch(), Counter())
        let address = clients[2].data
        let secrets = [plain.secret, metered.secret, busy.secret]
        async let answers = onThreads(Self.connections) { index in
            (key: index % 3, answers: Self.ask(address, secrets[index % 3], after: isStopped, waiting))
        }
        let process = try #require(cluster.nodes[2].server).process
        // Also where the test ends early: the clients go on until then.
        defer {
            isStopped.set()
            isOver.set()
            process.send(SIGCONT)
        }
        try await eventually("every connection has had its first answer") { waiting.value == Self.connections }
        // Not before, or little is left of the quota.
        async let loading = QuotaLoad(nodes: cluster.nodes, secret: busy.secret, clientsOfEach: 1).run { _ in
            !isOver.isSet
        }
        defer { isOver.set() }
        process.send(SIGSTOP)
        // A stop takes hold thread by thread; a question that is sent before the last has stopped may be answered.
        try await eventually("every thread has stopped") { Self.isStopped(process.id) }
        isStopped.set()
        try await eventually("the questions are sent") { waiting.value == 2 * Self.connections }
        async let first = clients[0].revoke(plain)
        async let second = clients[1].revoke(metered)
        let revocations = try await [first, second]
        if stop == .forgotten {
            try await eventually("it is forgotten") { try await cluster.number("SELECT count(*) FROM nodes") == 2 }
        }
        process.send(SIGCONT)
        let continued = ContinuousClock.now
        async let recovery = Self.recovery(of: cluster.nodes[2], since: continued, asking: plain.secret)
        let seen = await answers
        func answersAbout(_ number: Int) -> [Seen] { seen.filter { $0.key == number }.flatMap(\.answers) }
        for (index, revocation) in revocations.enumerated() {
            let told = answersAbout(index)
            let grants = told.count { $0.status == 200 }
            print("    \(stop.rawValue): pending \(revocation.pending.count), \(grants) of \(told.count) granted")
            #expect(told.count == Self.connections / 3 * Self.questions)
            #expect(told.allSatisfy { $0.at > revocation.answered })
            #expect(told.allSatisfy { [200, 401, 503].contains($0.status) }, "\(Set(told.map(\.status)))")
            #expect(revocation.pending == (stop == .named ? [zombie] : []))
            #expect(revocation.acknowledgedBy.count == 2 && !revocation.acknowledgedBy.contains(zombie))
            if !revocation.pending.contains(zombie) { #expect(grants == 0) }
        }
        // It recovers by itself, and knows by then.
        print("    decided again after SIGCONT: \(Recoveries.text(try await recovery))")
        #expect(try await clients[2].verify([plain.secret, metered.secret]) == ["revoked_key", "revoked_key"])
        // All of the quota, so that a unit too many would be seen.
        try await eventually("all of the quota is used") {
            let used = try await cluster.number("SELECT max(used) FROM balances")
            return used == Self.amount
        }
        isOver.set()
        let load = await loading
        let pipelined = answersAbout(2).count { $0.status == 200 }
        try await cluster.stop()
        let ledger = try await cluster.ledger()
        print("    \(load.grants.count) and \(pipelined) granted of \(Self.amount)")
        #expect(load.others.isEmpty, "\(load.others)")
        // The first answers were grants, too.
        #expect(load.grants.count + pipelined + Self.connections / 3 <= Int(Self.amount))
        #expect(ledger.over == 0)
        #expect(ledger.leased == 0)
    }

    private static func recovery(
        of node: QuotaNode, since start: ContinuousClock.Instant, asking secret: String
    ) async throws -> Duration {
        try await node.eventuallyDecides(on: secret)
        return ContinuousClock.now - start
    }

    /// Whether each of a process's threads is stopped, as /proc tells: the state stands behind the name in brackets.
    private static func isStopped(_ process: Int32) -> Bool {
        let folder = "/proc/\(process)/task"
        guard let threads = try? FileManager.default.contentsOfDirectory(atPath: folder), !threads.isEmpty else {
            return false
        }
        return threads.allSatisfy { thread in
            guard let status = try? String(contentsOfFile: "\(folder)/\(thread)/stat", encoding: .utf8) else {
                return false
            }
            return status.split(separator: ")").last?.hasPrefix(" T") == true
        }
    }

    /// Has one answer, so that the node knows the key, and sends many questions once the node is stopped: their answers.
    private static func ask(
        _ address: String, _ secret: String, after isStopped: Switch, _ waiting: Counter
    ) -> [Seen] {
        guard var connection = try? LoadConnection(to: address, asking: LoadConnection.authorize(secret)) else {
            return []
        }
        // Where many ask at once for the first lease, some may have to ask again.
        asking: while !isStopped.isSet {
            switch connection.ask() {
            case .answered(status: 200, _, _): break asking
            case .answered: Thread.sleep(forTimeInterval: 0.01)
            case .closed, .cut: return []
            }
        }
        waiting.increment()
        while !isStopped.isSet { Thread.sleep(forTimeInterval: 0.002) }
        guard connection.pipeline(questions) else { return [] }
        waiting.increment()
        var seen: [Seen] = []
        for _ in 0..<questions {
            guard let status = connection.nextStatus() else { break }
            seen.append(Seen(status: status, at: LoadConnection.now))
        }
        return seen
    }

    /// An answer, and when it had arrived.
    private struct Seen: Sendable {
        let status: Int
        let at: Int64
    }
}

/// Counts what threads do.
final class Counter: Sendable {
    private let count = Atomic<Int>(0)
    func increment() { count.add(1, ordering: .acquiringAndReleasing) }
    var value: Int { count.load(ordering: .acquiring) }
}
