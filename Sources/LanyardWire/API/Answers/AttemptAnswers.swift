package import LanyardCore

/// One address of `GET /v1/attempts`.
package struct AttemptAnswer: JSONWritable, Hashable, Sendable {
    /// An address, or a network of IPv6: `2001:db8:1:2::/64`.
    package var address: String
    /// How many attempts were refused with each code.
    package var codes: [DenialCode: Int64]
    package var firstSeen: Timestamp
    package var lastSeen: Timestamp
    /// The revoked or expired keys that were tried, the last first.
    package var keys: [KeyID]

    package init(
        address: String, codes: [DenialCode: Int64], firstSeen: Timestamp, lastSeen: Timestamp, keys: [KeyID]
    ) {
        self.address = address
        self.codes = codes
        self.firstSeen = firstSeen
        self.lastSeen = lastSeen
        self.keys = keys
    }

    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("address", address)
            writer.member("attempts", codes.values.reduce(0, +))
            writer.counts("codes", codes)
            writer.texts("key_ids", keys)
            writer.member("first_seen_at", firstSeen)
            writer.member("last_seen_at", lastSeen)
        }
    }
}

/// The answer to `GET /v1/attempts`.
package struct AttemptListAnswer: JSONWritable, Sendable {
    /// When the node that answers began to count.
    package var since: Timestamp
    package var data: [AttemptAnswer]
    /// Of attempts that named no address.
    package var withoutAddress: [DenialCode: Int64]
    /// How often an address was forgotten to make room for another.
    package var displaced: Int64

    package init(
        since: Timestamp, data: [AttemptAnswer], withoutAddress: [DenialCode: Int64], displaced: Int64
    ) {
        self.since = since
        self.data = data
        self.withoutAddress = withoutAddress
        self.displaced = displaced
    }

    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("since", since)
            writer.member("data", data)
            writer.counts("without_address", withoutAddress)
            writer.member("displaced", displaced)
        }
    }
}

extension JSONWriter {
    /// By code, so that the same counts are always written the same.
    fileprivate mutating func counts(_ name: String, _ counts: [DenialCode: Int64]) {
        object(name) { writer in
            for (code, count) in counts.sorted(by: { $0.key.text < $1.key.text }) { writer.member(code.text, count) }
        }
    }
}
