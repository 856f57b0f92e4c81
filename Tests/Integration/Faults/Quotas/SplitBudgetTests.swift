import Foundation
import LanyardTesting
import LanyardWire
import NIOHTTP1
import NIOPosix
import Synchronization
import TestSupport
import Testing

@Suite("One budget, three nodes, two hundred reservations at once", .serialized)
struct SplitBudgetTests {
    private static let budget: Int64 = 5_000_000_000

    /// What a client saw of one reservation, on its own clock.
    private struct Reservation: Sendable {
        let id: String
        let reserved: Int64
        let answered: Int64
        /// When its end was sent, and with what cost; what nobody ended costs what was reserved.
        var ended: (sent: Int64, actual: Int64)?
        /// Whether the server has said that it took the end.
        var isSettled = false
    }

    /// What all clients saw.
    private final class Seen: Sendable {
        private let reservations = Mutex<[Reservation]>([])
        var all: [Reservation] { reservations.withLock { $0 } }
        func note(_ reservation: Reservation) { reservations.withLock { $0.append(reservation) } }

        /// What was asked for and not answered: it may have been reserved.
        private let unanswered = Mutex<Int64>(0)
        var untold: Int64 { unanswered.withLock { $0 } }
        func miss(_ units: Int64) { unanswered.withLock { $0 += units } }
    }

    @Test("never over by a nano-dollar, and what is not spent comes back")
    func splitBudget() async throws {
        let seed = TestRun.seed
        print("LANYARD_SEED=\(seed): 200 clients reserve from 5 dollars")
        let cluster = try await QuotaCluster()
        let key = try await cluster.nodes[0].client().createKey(
            "agent", #""quotas":[{"name":"spend","unit":"usd","amount":"5.00","period":"lifetime"}]"#)
        let isOver = Switch()
        let seen = Seen()
        var random = SeededGenerator(seed: seed)
        try await withThrowingTaskGroup(of: Void.self) { group in
            // Also where the test ends early: the clients go on until then.
            defer { isOver.set() }
            for client in 0..<200 {
                let own = random.next()
                group.addTask { await Self.work(cluster, client, key.secret, own, seen, until: isOver) }
            }
            for _ in 0..<(TestRun.isLong ? 12 : 2) {
                try await Task.sleep(for: .milliseconds(Int.random(in: 500...1500, using: &random)))
                let node = cluster.nodes[Int.random(in: 0..<3, using: &random)]
                await node.kill()
                try await node.start()
            }
            try await Task.sleep(for: .milliseconds(500))
            isOver.set()
            try await group.waitForAll()
        }
        let all = seen.all
        let most = Self.mostOutstanding(all)
        print("    \(all.count) reservations, \(most) nano-dollars outstanding at most")
        #expect(all.count > 20)
        #expect(most <= Self.budget)
        // What came back can be spent: all that is left, to the last nano-dollar, whichever node holds it.
        let least = try await drain(cluster, key.secret)
        // What the dead held counts as used once they are forgotten.
        try await eventually("the dead are forgotten") {
            try await cluster.number("SELECT count(*) FROM nodes") == Int64(cluster.nodes.count)
        }
        try await cluster.stop()
        let ledger = try await cluster.ledger()
        let settled = all.filter(\.isSettled).reduce(0) { $0 + ($1.ended?.actual ?? 0) }
        let unsettled = all.filter { !$0.isSettled }.reduce(0) { $0 + $1.reserved }
        let reaped = try await cluster.number("SELECT coalesce(sum(amount), 0) FROM leases WHERE state = 'reaped'")
        print(
            "    settled \(settled), not settled \(unsettled), not answered \(seen.untold), drained \(least),",
            "lost with nodes at most \(reaped)")
        #expect(ledger.over == 0)
        #expect(ledger.leased == 0)
        #expect(settled + least <= Self.budget)
        #expect(settled + unsettled + seen.untold + least + reaped >= Self.budget)
    }

    /// One client: it reserves, and then settles, cancels, or forgets.
    private static func work(
        _ cluster: QuotaCluster, _ client: Int, _ secret: String, _ seed: UInt64,
        _ seen: Seen, until isOver: Switch
    ) async {
        var random = SeededGenerator(seed: seed)
        while !isOver.isSet {
            let node = cluster.nodes[Int.random(in: 0..<3, using: &random)]
            let units = Int64.random(in: 1...400_000_000, using: &random)
            guard let server = node.server?.client else {
                try? await Task.sleep(for: .milliseconds(20))
                continue
            }
            var answer: ServerClient.Answer?
            do {
                answer = try await server.send(
                    .data, .POST, "/v1/verify", json: #"{"secret":"\#(secret)","costs":{"usd":"\#(text(units))"}}"#)
            } catch is NIOConnectionError {
                // Nobody listened.
            } catch {
                seen.miss(units)
            }
            guard let id = answer?["grant_id"]?.string else {
                try? await Task.sleep(for: .milliseconds(20))
                continue
            }
            var reservation = Reservation(id: id, reserved: units, answered: LoadConnection.now)
            try? await Task.sleep(for: .milliseconds(Int.random(in: 0...40, using: &random)))
            switch Int.random(in: 0..<10, using: &random) {
            case 0: break  // It never says how it ended.
            case 1...3: await end(&reservation, actual: 0, at: server)
            default: await end(&reservation, actual: units / Int64.random(in: 20...400, using: &random), at: server)
            }
            seen.note(reservation)
        }
    }

    private static func end(_ reservation: inout Reservation, actual: Int64, at server: ServerClient) async {
        reservation.ended = (LoadConnection.now, actual)
        let answer = try? await server.send(
            .data, .POST, "/v1/finish",
            json: #"{"grant_id":"\#(reservation.id)","actual":{"requests":1,"usd":"\#(text(actual))"}}"#)
        reservation.isSettled = answer?.status == 200
    }

    /// The most that was charged at any moment: what is answered counts from then, and counts less from when its end was
    /// sent. Both are to the budget's favour, so no sum can be more than what the nodes had granted.
    private static func mostOutstanding(_ all: [Reservation]) -> Int64 {
        var changes: [(at: Int64, units: Int64)] = []
        for reservation in all {
            changes.append((reservation.answered, reservation.reserved))
            if let ended = reservation.ended { changes.append((ended.sent, ended.actual - reservation.reserved)) }
        }
        // Of what happens at the same moment, what gives back first.
        changes.sort { $0.at == $1.at ? $0.units < $1.units : $0.at < $1.at }
        var (sum, most): (Int64, Int64) = (0, 0)
        for change in changes {
            sum += change.units
            most = max(most, sum)
        }
        return most
    }

    /// Spends what is left, in ever smaller pieces, until not a nano-dollar is.
    private func drain(_ cluster: QuotaCluster, _ secret: String) async throws -> Int64 {
        var (sum, piece): (Int64, Int64) = (0, Self.budget)
        var misses = 0
        while piece > 0, misses < 400 {
            let client = try cluster.nodes[misses % 3].client()
            let answer = try await client.send(
                .data, .POST, "/v1/verify",
                json: #"{"secret":"\#(secret)","costs":{"usd":"\#(Self.text(piece))"}}"#)
            switch answer.code ?? "" {
            case "ok":
                sum += piece
                misses = 0
            case "unavailable":
                misses += 1
            default:
                misses += 1
                // Each node in turn: what another holds is recalled.
                if misses % 3 == 0 { piece /= 2 }
            }
        }
        return sum
    }

    /// Nano-dollars as an amount of dollars.
    private static func text(_ units: Int64) -> String {
        let fraction = String(units % 1_000_000_000)
        return "\(units / 1_000_000_000)." + String(repeating: "0", count: 9 - fraction.count) + fraction
    }
}
