import Foundation
import LanyardTesting
import LanyardWire
import NIOHTTP1
import NIOPosix
import Synchronization
import TestSupport

/// What a client saw of one reservation, on its own clock.
struct SeenReservation: Sendable {
    let id: String
    /// In nano-dollars.
    let reserved: Int64
    /// The process that granted it.
    let process: Int32
    let asked: Int64
    let answered: Int64
    /// When its end was sent, and with what cost; what nobody ended costs what was reserved.
    var ended: (sent: Int64, actual: Int64)?
    /// When the server had said that it took the end.
    var settled: Int64?

    /// What it has cost, at least and at most. Whether an end was taken is not known where nobody said so, nor where it came
    /// when the call may have timed out.
    func cost(timeout: Duration) -> ClosedRange<Int64> {
        guard let ended else { return reserved...reserved }
        if let settled, settled - asked < timeout.nanoseconds { return ended.actual...ended.actual }
        return ended.actual...reserved
    }
}

/// Many clients that reserve from one budget, and settle, cancel, or forget.
struct BudgetClients: Sendable {
    let cluster: QuotaCluster
    let secret: String
    let seen = Seen()

    /// What all clients saw.
    final class Seen: Sendable {
        private let reservations = Mutex<[SeenReservation]>([])
        var all: [SeenReservation] { reservations.withLock { $0 } }
        func note(_ reservation: SeenReservation) { reservations.withLock { $0.append(reservation) } }

        /// What was asked for and not answered: it may have been reserved.
        private let unanswered = Mutex<Int64>(0)
        var untold: Int64 { unanswered.withLock { $0 } }
        func miss(_ units: Int64) { unanswered.withLock { $0 += units } }
    }

    /// Two hundred clients at once, for as long as `disturbing` takes.
    func run(seed: UInt64, while disturbing: () async throws -> Void) async throws {
        let isOver = Switch()
        var random = SeededGenerator(seed: seed)
        try await withThrowingTaskGroup(of: Void.self) { group in
            // Also where the test ends early: the clients go on until then.
            defer { isOver.set() }
            for _ in 0..<200 {
                let own = random.next()
                group.addTask { await work(own, until: isOver) }
            }
            try await disturbing()
            isOver.set()
            try await group.waitForAll()
        }
    }

    private func work(_ seed: UInt64, until isOver: Switch) async {
        var random = SeededGenerator(seed: seed)
        while !isOver.isSet {
            let node = cluster.nodes[Int.random(in: 0..<cluster.nodes.count, using: &random)]
            let units = Int64.random(in: 1...400_000_000, using: &random)
            guard let server = node.server, var reservation = await reserve(units, at: server) else {
                try? await Task.sleep(for: .milliseconds(20))
                continue
            }
            try? await Task.sleep(for: .milliseconds(Int.random(in: 0...40, using: &random)))
            switch Int.random(in: 0..<10, using: &random) {
            case 0: break  // It never says how it ended.
            case 1...3: await end(&reservation, actual: 0, at: server.client)
            default:
                await end(&reservation, actual: units / Int64.random(in: 20...400, using: &random), at: server.client)
            }
            seen.note(reservation)
        }
    }

    private func reserve(_ units: Int64, at server: RunningProcess) async -> SeenReservation? {
        let asked = LoadConnection.now
        do {
            let answer = try await server.client.reserve(units, secret)
            return answer["grant_id"]?.string.map { id in
                SeenReservation(
                    id: id, reserved: units, process: server.process.id, asked: asked, answered: LoadConnection.now)
            }
        } catch is NIOConnectionError {
            return nil  // Nobody listened.
        } catch {
            seen.miss(units)
            return nil
        }
    }

    private func end(_ reservation: inout SeenReservation, actual: Int64, at client: ServerClient) async {
        reservation.ended = (LoadConnection.now, actual)
        let answer = try? await client.finish(reservation.id, actual: actual)
        if answer?.status == 200 { reservation.settled = LoadConnection.now }
    }

    /// The most that was charged at any moment: what is answered counts from then, and counts less from when its end was
    /// sent. Both are to the budget's favour, so no sum can be more than what the nodes had granted.
    var mostOutstanding: Int64 {
        var changes: [(at: Int64, units: Int64)] = []
        for reservation in seen.all {
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

    /// Ends, at no cost, what was forgotten: too late, and so it gives nothing back.
    func finishTooLate() async throws {
        let servers = cluster.nodes.compactMap(\.server)
        for reservation in seen.all where reservation.ended == nil {
            guard let server = servers.first(where: { $0.process.id == reservation.process }) else { continue }
            _ = try await server.client.finish(reservation.id, actual: 0)
        }
    }

    /// Waits until no node holds a call open.
    func eventuallyNoneOpen() async throws {
        try await eventually("no call is open") {
            for node in cluster.nodes where try await node.client().metric("lanyard_calls_in_flight") != 0 {
                return false
            }
            return true
        }
    }

    /// Spends what is left of a budget, in ever smaller pieces, until not a nano-dollar is.
    func drain(_ budget: Int64) async throws -> Int64 {
        var (sum, piece): (Int64, Int64) = (0, budget)
        var misses = 0
        while piece > 0, misses < 400 {
            let answer = try await cluster.nodes[misses % 3].client().reserve(piece, secret)
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
}

extension ServerClient {
    fileprivate func reserve(_ units: Int64, _ secret: String) async throws -> Answer {
        try await send(
            .data, .POST, "/v1/verify", json: #"{"secret":"\#(secret)","costs":{"usd":"\#(Self.dollars(units))"}}"#)
    }

    fileprivate func finish(_ id: String, actual: Int64) async throws -> Answer {
        try await send(
            .data, .POST, "/v1/finish",
            json: #"{"grant_id":"\#(id)","actual":{"requests":1,"usd":"\#(Self.dollars(actual))"}}"#)
    }

    /// Nano-dollars as an amount of dollars.
    private static func dollars(_ units: Int64) -> String {
        let fraction = String(units % 1_000_000_000)
        return "\(units / 1_000_000_000)." + String(repeating: "0", count: 9 - fraction.count) + fraction
    }
}
