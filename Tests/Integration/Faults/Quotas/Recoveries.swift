import LanyardWire
import NIOHTTP1
import Synchronization
import TestSupport

/// How long it took until all was well again, each time that something had gone wrong.
final class Recoveries: Sendable, CustomStringConvertible {
    private let times = Mutex<[Duration]>([])

    func add(_ time: Duration) { times.withLock { $0.append(time) } }

    func add(nanoseconds: Int64) { add(.nanoseconds(nanoseconds)) }

    var description: String {
        let times = times.withLock { $0.sorted() }
        guard let longest = times.last else { return "never" }
        return "\(times.count) times, median \(Self.text(times[times.count / 2])), longest \(Self.text(longest))"
    }

    static func text(_ time: Duration) -> String { "\(time.nanoseconds / 1_000_000) ms" }
}

extension QuotaNode {
    /// Kills it and starts it again; how long it takes from its start until it decides.
    /// - Returns: Whether it has granted what it was asked then.
    @discardableResult
    func restart(asking secret: String, noting recoveries: Recoveries) async throws -> Bool {
        await kill()
        let start = ContinuousClock.now
        try await self.start()
        let isGranted = try await eventuallyDecides(on: secret)
        recoveries.add(ContinuousClock.now - start)
        return isGranted
    }

    /// Waits until it says more of a secret than that it can't tell.
    /// - Returns: Whether it has granted.
    @discardableResult
    func eventuallyDecides(on secret: String) async throws -> Bool {
        var status = 0
        try await eventually("the node decides again") {
            status = try await client().send(.data, .GET, "/v1/authorize", secret: secret).status
            return status != 503
        }
        return status == 200
    }
}
