import LanyardCore
import LanyardHTTP
import NIOCore

/// The fields of a grant that say who it is, as bytes, kept for the keys that came last.
///
/// To write an id in base62 and to sort and join the scopes takes longer than the decision. A key that changes is a new
/// object, so an entry is never outdated; it keeps its key alive, as memory alone, until another takes its place.
struct GrantFields {
    /// A class, so that finding one costs one reference count and not one for each of its parts.
    private final class Entry {
        let key: ResolvedKey
        let identity: [UInt8]
        var policy: PolicyLine?

        init(_ key: ResolvedKey, identity: [UInt8]) {
            self.key = key
            self.identity = identity
        }
    }

    /// `RateLimit-Policy` says what the limits are, not how they stand: it changes when one of the sets does.
    private struct PolicyLine {
        /// The key's and the account's.
        let first: LimitSet
        let last: LimitSet
        let count: Int
        let bytes: [UInt8]

        func holds(for limits: ContiguousArray<LimitReading>) -> Bool {
            count == limits.count && limits.first?.limits === first && limits.last?.limits === last
        }
    }

    private var entries: [Entry?]
    private var scratch: [UInt8] = []

    /// - Parameter capacity: a power of two.
    init(capacity: Int = 1024) {
        entries = Array(repeating: nil, count: capacity)
    }

    mutating func write(_ key: ResolvedKey, _ limits: ContiguousArray<LimitReading>, into output: inout ByteBuffer) {
        let index = Int(truncatingIfNeeded: key.id.low) & (entries.count - 1)
        let entry: Entry
        if let known = entries[index], known.key === key {
            entry = known
        } else {
            entry = Entry(key, identity: Self.identity(of: key))
            entries[index] = entry
        }
        output.writeBytes(entry.identity)
        guard let first = limits.first?.limits, let last = limits.last?.limits else { return }
        if let policy = entry.policy, policy.holds(for: limits) {
            output.writeBytes(policy.bytes)
        } else {
            let bytes = Self.policyLine(limits)
            entry.policy = PolicyLine(first: first, last: last, count: limits.count, bytes: bytes)
            output.writeBytes(bytes)
        }
        scratch.removeAll(keepingCapacity: true)
        RateLimitFields.appendState(limits, to: &scratch)
        output.writeStaticString("RateLimit: ")
        output.writeBytes(scratch)
        output.writeStaticString("\r\n")
    }

    private static func identity(of key: ResolvedKey) -> [UInt8] {
        var fields = "\(FieldName.lanyardKeyID): \(key.id)\r\n"
        if let account = key.account { fields += "\(FieldName.lanyardAccountID): \(account.id)\r\n" }
        if !key.scopes.isEmpty { fields += "\(FieldName.lanyardScopes): \(key.scopes)\r\n" }
        return Array(fields.utf8)
    }

    private static func policyLine(_ limits: ContiguousArray<LimitReading>) -> [UInt8] {
        var bytes = Array("\(FieldName.rateLimitPolicy): ".utf8)
        RateLimitFields.appendPolicy(limits, to: &bytes)
        bytes.append(contentsOf: "\r\n".utf8)
        return bytes
    }
}
