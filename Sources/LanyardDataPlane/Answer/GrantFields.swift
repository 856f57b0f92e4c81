import LanyardCore
import LanyardHTTP
import NIOCore

/// The fields of a grant that say who it is and how its limits stand, as bytes.
///
/// What many keys have in common is kept as bytes: `RateLimit-Policy` says what the limits are, not how they stand, so
/// there is one for each set of limits. What differs from key to key is written anew: to find it kept would take longer.
struct GrantFields {
    /// By the identity of the set, which the entry keeps alive, so that no other can come to lie in its place.
    private var policies: [ObjectIdentifier: Policy] = [:]
    private var scratch: [UInt8] = []

    /// What does not change from answer to answer: the line of `RateLimit-Policy`, and the names in `RateLimit`.
    private final class Policy {
        let limits: LimitSet
        let line: [UInt8]
        let names: [[UInt8]]

        init(_ readings: ContiguousArray<LimitReading>) {
            limits = readings[0].limits
            var line = Array("\(FieldName.rateLimitPolicy): ".utf8)
            RateLimitFields.appendPolicy(readings, to: &line)
            line.append(contentsOf: "\r\n".utf8)
            self.line = line
            names = readings.map { RateLimitFields.name(of: $0, among: readings) }
        }
    }

    /// Beyond it all are made anew. Limits that are gone are forgotten that way.
    private static let mostPolicies = 4096

    mutating func write(_ key: ResolvedKey, _ limits: ContiguousArray<LimitReading>, into output: inout ByteBuffer) {
        output.writeStaticString("Lanyard-Key-Id: ")
        output.writeIdentifier(key.id)
        output.writeStaticString("\r\n")
        if let account = key.account {
            output.writeStaticString("Lanyard-Account-Id: ")
            output.writeIdentifier(account.id)
            output.writeStaticString("\r\n")
        }
        let scopes = key.traits.scopesText
        if !scopes.isEmpty {
            output.writeStaticString("Lanyard-Scopes: ")
            output.writeString(scopes)
            output.writeStaticString("\r\n")
        }
        if !limits.isEmpty { write(limits, into: &output) }
    }

    private mutating func write(_ limits: ContiguousArray<LimitReading>, into output: inout ByteBuffer) {
        let policy = policy(for: limits)
        output.writeBytes(policy.line)
        scratch.removeAll(keepingCapacity: true)
        for index in limits.indices {
            if index > 0 { scratch.append(contentsOf: ", ".utf8) }
            RateLimitFields.appendState(of: limits[index], name: policy.names[index], to: &scratch)
        }
        output.writeStaticString("RateLimit: ")
        output.writeBytes(scratch)
        output.writeStaticString("\r\n")
    }

    private mutating func policy(for limits: ContiguousArray<LimitReading>) -> Policy {
        let set = limits[0].limits
        // The key's limits and its account's: kept for each, they would be kept for every pair.
        if limits[limits.count - 1].limits !== set { return Policy(limits) }
        if let policy = policies[ObjectIdentifier(set)] { return policy }
        if policies.count >= Self.mostPolicies { policies.removeAll(keepingCapacity: true) }
        let policy = Policy(limits)
        policies[ObjectIdentifier(set)] = policy
        return policy
    }
}

extension ByteBuffer {
    /// Writes an identifier's text.
    fileprivate mutating func writeIdentifier<Tag>(_ id: Identifier<Tag>) {
        let length = Identifier<Tag>.textLength
        writeWithUnsafeMutableBytes(minimumWritableBytes: length) { bytes in
            id.write(to: UnsafeMutableRawBufferPointer(rebasing: bytes[..<length]))
            return length
        }
    }
}
