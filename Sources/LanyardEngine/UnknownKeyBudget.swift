import LanyardCore
import Synchronization

/// How many look-ups in the store an address may cause in a minute that find nothing.
///
/// Guessing a 256-bit secret is hopeless; what this protects is the store, which every guess would otherwise ask. IPv6
/// addresses count by their /64, which one customer owns whole. When too many addresses come at once, the rest share one
/// count, so that memory stays bounded and an attack from everywhere is still held back.
final class UnknownKeyBudget: Sendable {
    private static let trackedAddresses = 65_536
    private static let minuteNanoseconds: Int64 = 60_000_000_000

    private let allowance: Int
    private let content = Mutex(Content())

    private struct Content {
        var minute: Int64 = .min
        var misses: [IPAddress: Int] = [:]
        var sharedMisses = 0
    }

    init(perMinute: Int) {
        allowance = perMinute
    }

    /// How long `address` must wait, in milliseconds; `nil` if it need not.
    func wait(for address: IPAddress, at now: MonotonicInstant) -> Int64? {
        let used = content.withLock { content -> Int in
            guard content.minute == now.minute else { return 0 }
            if let misses = content.misses[address.allotment] { return misses }
            return content.misses.count < UnknownKeyBudget.trackedAddresses ? 0 : content.sharedMisses
        }
        guard used >= allowance else { return nil }
        let next = (now.minute + 1) * UnknownKeyBudget.minuteNanoseconds
        return max(1, (next - now.nanoseconds) / 1_000_000)
    }

    func countMiss(of address: IPAddress, at now: MonotonicInstant) {
        content.withLock { content in
            if content.minute != now.minute {
                content = Content(minute: now.minute)
            }
            let counted = address.allotment
            if content.misses[counted] != nil || content.misses.count < UnknownKeyBudget.trackedAddresses {
                content.misses[counted, default: 0] += 1
            } else {
                content.sharedMisses += 1
            }
        }
    }
}

extension MonotonicInstant {
    fileprivate var minute: Int64 { nanoseconds / 60_000_000_000 }
}
