package import LanyardCore
package import LanyardStorage
import Logging
import NIOCore
import Synchronization

// # Counters on a Valkey server
//
// A server that is started anew, emptied, or replaced by a follower that had not seen everything has lost some of what
// it had counted, and does not say so. So its counters have a name, made of the number of the server's process and a
// random one, that stands in a hash beside the windows; and the name that is valid stands in PostgreSQL. Each question
// names the counters that it means, and each connection is asked once which process it has reached: counters whose
// process is another than their name says are lost, whatever they still hold.
//
// Lost counters get a new name once no node has confirmed the old one for as long as a node goes on counting without a
// confirmation. So there is no moment at which two nodes count in two places: whoever still reaches an old server, while
// others have gone to a new one, can't confirm, and denies. What had been counted is forgotten then, but for limits that
// say that they stay shut.

package final class ValkeyCounters: SharedCounters {
    private let client: ValkeyClient
    private let registry: any CounterRegistry
    private let confidence: Duration
    private let silence: Duration
    private let logger: Logger
    private let state = Mutex(State())

    /// How long a question may take.
    private static let patience = TimeAmount.seconds(1)

    private struct State {
        var standing: Standing?
        /// The last name that these counters had.
        var name: String?
        /// Why they could not be used since they last could be.
        var reasons: [String] = []
    }

    /// Counters that can be asked.
    private struct Standing {
        let connection: ValkeyConnection
        /// The server's process.
        let run: String
        let name: String
        /// Until when nobody can have named others.
        let until: ContinuousClock.Instant
    }

    package init(_ client: ValkeyClient, _ context: CounterSource.Context) {
        self.client = client
        registry = context.registry
        confidence = context.confidence
        silence = context.silence
        logger = context.logger
    }

    package func ask(_ batch: CounterBatch) async throws -> CounterReport {
        let standing = try standing()
        let questions = CounterQuestions(batch, name: standing.name)
        let reply = try await evaluate(CounterScript.ask, questions.keys, questions.arguments, standing)
        switch questions.read(reply) {
        case .report(let report):
            // It may have been carried out when another name could be the valid one.
            guard ContinuousClock.now < standing.until else {
                throw StoreError(.unavailable, "these counters were confirmed too long ago")
            }
            return report
        case .otherName:
            drop(standing)
            throw StoreError(.unavailable, "the counters of this name are gone")
        case nil: throw StoreError(.corrupted, "the counters' script gave no such answer")
        }
    }

    package func setClockBack(byNanoseconds nanoseconds: Int64, after correction: Int64, hasCharged: Bool) async throws
    {
        let standing = try standing()
        let numbers = [correction / 1000, (max(0, nanoseconds) + 999) / 1000, hasCharged ? 1 : 0]
        let arguments = [Array(standing.name.utf8)] + numbers.map { Array("\($0)".utf8) }
        _ = try await evaluate(CounterScript.setBack, [CounterKey.hash], arguments, standing)
    }

    /// The server forgets by itself.
    package func forgetCounters(limit: Int) async throws -> Int { 0 }

    package func closeCounters() async { await client.close() }

    private func standing() throws -> Standing {
        guard let standing = state.withLock({ $0.standing }) else {
            throw StoreError(.unavailable, client.problem?.context ?? "no counters are known to be the valid ones")
        }
        guard ContinuousClock.now < standing.until else {
            throw StoreError(.unavailable, "it could not be confirmed that these counters are the valid ones")
        }
        return standing
    }

    private func drop(_ standing: Standing) {
        state.withLock { if $0.standing?.connection === standing.connection { $0.standing = nil } }
    }

    private func evaluate(
        _ script: ValkeyScript, _ keys: [[UInt8]], _ arguments: [[UInt8]], _ standing: Standing
    ) async throws -> RESPValue {
        do {
            return try await standing.connection.evaluate(
                script, keys: keys, arguments: arguments, deadline: .now() + Self.patience)
        } catch {
            if error.code != .refused { drop(standing) }
            throw StoreError(error)
        }
    }
}

// MARK: - Which counters are the valid ones

extension ValkeyCounters {
    package func tend() async throws -> Bool {
        do {
            let isNew = try await findStanding()
            state.withLock { $0.reasons = [] }
            return isNew
        } catch {
            note("\(error)")
            throw error
        }
    }

    /// The most reasons that are told of one outage.
    private static let mostReasons = 8

    /// Who calls ``tend()`` logs why it fails the first time. What keeps the server away may change meanwhile: one that was
    /// down comes back with another password.
    private func note(_ reason: String) {
        let isAnother = state.withLock { state in
            guard state.reasons.count < Self.mostReasons, !state.reasons.contains(reason) else { return false }
            state.reasons.append(reason)
            return state.reasons.count > 1
        }
        if isAnother {
            logger.error("the shared counters still can't be used", metadata: ["reason": "\(reason)"])
        }
    }

    /// - Returns: Whether these are others than the last.
    private func findStanding() async throws -> Bool {
        let start = ContinuousClock.now
        let connection: ValkeyConnection
        let (run, placed): (String, String?)
        do {
            connection = try await client.currentConnection()
            let known = state.withLock { $0.standing }
            run = if let known, known.connection === connection { known.run } else { try await inspect(connection) }
            placed = try await connection.run(
                ["HGET".bytes, CounterKey.hash, "name".bytes], deadline: .now() + Self.patience
            ).text
        } catch {
            throw StoreError(error)
        }
        let isOfThisRun = placed?.hasPrefix("\(run):") == true
        if isOfThisRun, let placed, try await registry.confirmCounters(placed) {
            return take(Standing(connection: connection, run: run, name: placed, until: start + confidence))
        }
        // Never a name that was valid before: others may have counted elsewhere since.
        let name = "\(run):\(String(UInt64.random(in: 0...(.max)), radix: 36))"
        let naming = try await registry.nameCounters(name, afterSilenceOf: silence)
        guard naming.name == name else {
            state.withLock { $0.standing = nil }
            throw StoreError(
                .unavailable,
                isOfThisRun || placed == nil
                    ? "the nodes count elsewhere: another server's counters were in use until just now"
                    : "this server's counters were lost, and will be used again once nobody counts by the old ones")
        }
        do {
            _ = try await connection.evaluate(
                CounterScript.open, keys: [CounterKey.hash],
                arguments: [name.bytes, (naming.losses > 0 ? "1" : "0").bytes], deadline: .now() + Self.patience)
        } catch {
            throw StoreError(error)
        }
        return take(Standing(connection: connection, run: run, name: name, until: start + confidence))
    }

    /// - Returns: Whether these are others than the last.
    private func take(_ standing: Standing) -> Bool {
        let last = state.withLock { state in
            defer { (state.standing, state.name) = (standing, standing.name) }
            return state.name
        }
        return last.map { $0 != standing.name } ?? false
    }

    /// The server's process; and whether it keeps what it is given.
    private func inspect(_ connection: ValkeyConnection) async throws(ValkeyError) -> String {
        let facts = try await information("server", connection)
        guard let run = facts["run_id"], run.count >= 16 else {
            throw ValkeyError(.refused, "the server does not tell its run_id")
        }
        let memory = try await information("memory", connection)
        if let most = memory["maxmemory"], most != "0", memory["maxmemory_policy"] != "noeviction" {
            throw ValkeyError(
                .refused, "the server may drop counters when its memory is full: set maxmemory-policy to noeviction")
        }
        return run
    }

    private func information(
        _ section: String, _ connection: ValkeyConnection
    ) async throws(ValkeyError) -> [String: String] {
        let reply = try await connection.run(["INFO".bytes, section.bytes], deadline: .now() + Self.patience)
        let lines = Self.text(reply).split(whereSeparator: \.isNewline)
        let pairs = lines.compactMap { line -> (String, String)? in
            let sides = line.split(separator: ":", maxSplits: 1)
            return sides.count == 2 ? (String(sides[0]), String(sides[1])) : nil
        }
        return Dictionary(pairs, uniquingKeysWith: { first, _ in first })
    }

    private static func text(_ reply: RESPValue) -> String { reply.text ?? "" }
}

extension String {
    fileprivate var bytes: [UInt8] { Array(utf8) }
}

extension StoreError {
    /// As the engine knows it. What was refused can't be mended by waiting, and is told all the same as out of reach: a
    /// server's settings may be changed under way.
    fileprivate init(_ error: ValkeyError) {
        self.init(.unavailable, error.context)
    }
}
