package import LanyardCore
import Synchronization

/// An address that tried keys that it may not use.
package struct AttemptingAddress: Sendable, Equatable {
    /// As IPv6 is given out, a /64 stands for all of its addresses.
    package var address: IPAddress
    /// Attempts by code, since ``firstSeen``; more may have been made before, if the address had lost its place.
    package var counts: [DenialCode: Int64]
    package var firstSeen: Timestamp
    package var lastSeen: Timestamp
    /// Which revoked or expired keys were tried, the last first; as many as are kept.
    package var keys: [KeyID]

    package var total: Int64 { counts.values.reduce(0, +) }

    /// `203.0.113.7`, or `2001:db8:1:2::/64`.
    package var text: String { address.isV4 ? "\(address)" : "\(address)/64" }
}

/// What this node knows of refused attempts since it started.
package struct AttemptReport: Sendable {
    /// When counting began.
    package var since: Timestamp
    /// The addresses, the busiest first.
    package var addresses: [AttemptingAddress]
    /// Attempts that came without an address: `/v1/verify` without `ip`.
    package var withoutAddress: [DenialCode: Int64]
    /// How often an address had to give its place to another: 0 means that the list is complete.
    package var displaced: Int64
}

/// Counts refused attempts by the client's address, in bounded memory and for this process's life: an attack is something
/// to see and to act on, not something to keep.
final class RefusedAttempts: Sendable {
    struct Totals: Sendable {
        var byCode: [DenialCode: Int64] = [:]
        var addresses = 0
        var displaced: Int64 = 0
    }

    /// Something that an operator should see in the log.
    struct Warning: Sendable {
        let address: AttemptingAddress
        let countInMinute: Int
        /// Addresses that would have been told as well, had there not been so many.
        var untold: Int64
    }

    /// How many addresses are kept of each ``AttemptKind``.
    static let addressesOfKind = 1024
    /// How many keys are kept of one address.
    static let keysOfAddress = 4
    /// An address that has been quiet for so long is forgotten.
    static let memoryMilliseconds: Int64 = 24 * 3_600_000
    /// The same address is not told again before.
    static let quietMilliseconds: Int64 = 3_600_000
    /// The most that are told in a minute.
    static let warningsPerMinute = 10

    private let content: Mutex<Content>
    private let since: Timestamp

    fileprivate struct Content {
        let threshold: Int
        var sketches: [AttemptSketch]
        var totals: [DenialCode: Int64] = [:]
        var withoutAddress: [DenialCode: Int64] = [:]
        var warnings: [Warning] = []
        var warningMinute: Int32 = .min
        var warningsInMinute = 0
        var untold: Int64 = 0
    }

    /// - Parameters:
    ///   - addresses: How many are kept of each ``AttemptKind``.
    ///   - threshold: So many attempts of one address in a minute are worth a warning; 0 for none.
    init(addresses: Int, threshold: Int, since: Timestamp) {
        self.since = since
        content = Mutex(
            Content(
                threshold: threshold, sketches: AttemptKind.allCases.map { _ in AttemptSketch(capacity: addresses) }))
    }

    /// Counts a refusal. `key` is asked for where the address has a place for it.
    func count(_ code: DenialCode, from address: IPAddress?, at now: Timestamp, key: () -> KeyID?) {
        guard let kind = AttemptKind(code) else { return }
        // Before the lock: it may take a hash.
        let key = kind == .ended && address != nil ? key() : nil
        content.withLock { content in
            content.totals[code, default: 0] += 1
            guard let address else {
                content.withoutAddress[code, default: 0] += 1
                return
            }
            let threshold = content.threshold
            let crossed = content.sketches[kind.rawValue].count(address.allotment, at: now) { entry in
                entry.note(code, key, at: now)
                return entry.crosses(threshold, at: now) ? entry : nil
            }
            if let crossed { content.warn(of: crossed, at: now) }
        }
    }

    /// The warnings that came up since the last time.
    func takeWarnings() -> [Warning] {
        content.withLock { content in
            defer { content.warnings = [] }
            return content.warnings
        }
    }

    func forget(now: Timestamp) {
        let moment = now.advanced(byMilliseconds: -RefusedAttempts.memoryMilliseconds)
        content.withLock { content in
            for index in content.sketches.indices { content.sketches[index].forget(before: moment) }
        }
    }

    var totals: Totals {
        content.withLock { content in
            Totals(
                byCode: content.totals, addresses: content.sketches.map(\.count).reduce(0, +),
                displaced: content.sketches.map(\.displaced).reduce(0, +))
        }
    }

    /// What is known of addresses, the busiest first: of those that were refused with `code`, if one is given.
    func report(limit: Int, code: DenialCode?) -> AttemptReport {
        let (entries, withoutAddress, displaced) = content.withLock { content in
            (
                content.sketches.flatMap(\.entries), content.withoutAddress,
                content.sketches.map(\.displaced).reduce(0, +)
            )
        }
        var byAddress: [IPAddress: AttemptingAddress] = [:]
        for entry in entries {
            let found = AttemptingAddress(entry)
            if byAddress[entry.address]?.merge(found) == nil { byAddress[entry.address] = found }
        }
        let addresses = byAddress.values
            .filter { address in code.map { address.counts[$0, default: 0] > 0 } ?? true }
            .sorted { ($1.total, $1.lastSeen, $0.address) < ($0.total, $0.lastSeen, $1.address) }
        return AttemptReport(
            since: since, addresses: Array(addresses.prefix(limit)), withoutAddress: withoutAddress,
            displaced: displaced)
    }
}

extension RefusedAttempts.Content {
    fileprivate mutating func warn(of entry: AttemptSketch.Entry, at now: Timestamp) {
        if warningMinute != now.minute { (warningMinute, warningsInMinute) = (now.minute, 0) }
        guard warningsInMinute < RefusedAttempts.warningsPerMinute else {
            untold += 1
            return
        }
        warningsInMinute += 1
        warnings.append(
            RefusedAttempts.Warning(
                address: AttemptingAddress(entry), countInMinute: entry.countInMinute, untold: untold))
        untold = 0
    }
}

extension AttemptSketch.Entry {
    fileprivate mutating func note(_ code: DenialCode, _ key: KeyID?, at now: Timestamp) {
        counts[code, default: 0] += 1
        if minute != now.minute { (minute, countInMinute) = (now.minute, 0) }
        countInMinute += 1
        guard let key, keys.first != key else { return }
        keys.removeAll { $0 == key }
        keys.insert(key, at: 0)
        keys = Array(keys.prefix(RefusedAttempts.keysOfAddress))
    }

    /// Whether the address has just become worth a warning; it is then taken to be given.
    fileprivate mutating func crosses(_ threshold: Int, at now: Timestamp) -> Bool {
        guard threshold > 0, countInMinute == threshold else { return false }
        if let warnedAt, now < warnedAt.advanced(byMilliseconds: RefusedAttempts.quietMilliseconds) { return false }
        warnedAt = now
        return true
    }
}

extension AttemptingAddress {
    fileprivate init(_ entry: AttemptSketch.Entry) {
        self.init(
            address: entry.address, counts: entry.counts, firstSeen: entry.firstSeen, lastSeen: entry.lastSeen,
            keys: entry.keys)
    }

    /// Adds what another table knows of the same address.
    fileprivate mutating func merge(_ other: AttemptingAddress) {
        counts.merge(other.counts, uniquingKeysWith: +)
        firstSeen = min(firstSeen, other.firstSeen)
        lastSeen = max(lastSeen, other.lastSeen)
        keys += other.keys
    }
}
