import Foundation
import Synchronization

/// Clients at full speed: each asks again as soon as it has its answer, whatever that is.
struct Load: Sendable {
    struct Result: Sendable {
        var grants: [ObservedGrant] = []
        var denied = 0
        /// Answers by a status that is neither a grant nor a limit's denial.
        var others: [Int: Int] = [:]
        /// Connections that ended within an answer.
        var cut = 0
        /// Connections that the server has closed between two questions.
        var closed = 0

        mutating func merge(_ other: Result) {
            grants += other.grants
            denied += other.denied
            others.merge(other.others, uniquingKeysWith: +)
            cut += other.cut
            closed += other.closed
        }
    }

    let address: String
    let secret: String
    var clients = 8

    /// Asks for so long, or until the server closes.
    func run(for time: Duration) async -> Result {
        let end = LoadConnection.now + time.nanoseconds
        return await run { LoadConnection.now < end }
    }

    /// Asks while `goesOn` says so, and the server lets them.
    func run(while goesOn: @escaping @Sendable () -> Bool) async -> Result {
        let (address, request) = (address, LoadConnection.authorize(secret))
        let results = await onThreads(clients) { _ in Self.ask(address, request, while: goesOn) }
        return results.reduce(into: Result()) { $0.merge($1) }
    }

    private static func ask(_ address: String, _ request: String, while goesOn: () -> Bool) -> Result {
        var result = Result()
        guard var connection = try? LoadConnection(to: address, asking: request) else {
            result.closed += 1
            return result
        }
        while goesOn() {
            switch connection.ask() {
            case .answered(status: 200, let sent, let answered):
                result.grants.append(ObservedGrant(sent: sent, answered: answered))
            case .answered(status: 429, _, _): result.denied += 1
            case .answered(let status, _, _): result.others[status, default: 0] += 1
            case .closed:
                result.closed += 1
                return result
            case .cut:
                result.cut += 1
                return result
            }
        }
        return result
    }
}
