import LanyardCore
import LanyardHTTP
import NIOCore

/// The fields of a grant that say who it is and how its limits stand, as bytes.
///
/// What many keys have in common is kept as bytes: `RateLimit-Policy` says what the limits are, not how they stand, so
/// there is one for each set of limits. What differs from key to key is written anew: to find it kept would take longer.
struct GrantFields {
    /// By the identity of the set, which the entry keeps alive, so that no other can come to lie in its place.
    private var policies: [ObjectIdentifier: PolicyLine] = [:]
    private var scratch: [UInt8] = []

    private struct PolicyLine {
        let limits: LimitSet
        let bytes: [UInt8]
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
        let set = limits[0].limits
        if limits[limits.count - 1].limits !== set {
            // The key's limits and its account's: kept for each they would be kept for every pair.
            output.writeBytes(Self.policyLine(limits))
        } else if let policy = policies[ObjectIdentifier(set)] {
            output.writeBytes(policy.bytes)
        } else {
            if policies.count >= Self.mostPolicies { policies.removeAll(keepingCapacity: true) }
            let bytes = Self.policyLine(limits)
            policies[ObjectIdentifier(set)] = PolicyLine(limits: set, bytes: bytes)
            output.writeBytes(bytes)
        }
        scratch.removeAll(keepingCapacity: true)
        RateLimitFields.appendState(limits, to: &scratch)
        output.writeStaticString("RateLimit: ")
        output.writeBytes(scratch)
        output.writeStaticString("\r\n")
    }

    private static func policyLine(_ limits: ContiguousArray<LimitReading>) -> [UInt8] {
        var bytes = Array("\(FieldName.rateLimitPolicy): ".utf8)
        RateLimitFields.appendPolicy(limits, to: &bytes)
        bytes.append(contentsOf: "\r\n".utf8)
        return bytes
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
