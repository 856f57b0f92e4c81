package import LanyardCore

/// Under which name an object stands in its answer.
package enum AnswerName: String, Sendable {
    case key
    case project
    case account
    case plan
    case role
    case policy
    case quota
}

/// `{"key": {…}}` and so on; after a change with where it holds, after a rotation or creation with the secret.
package struct ObjectAnswer<Object: JSONWritable>: JSONWritable {
    package var name: AnswerName
    package var object: Object
    /// How the quotas stand that hold it back, where the answer tells.
    package var quotas: [QuotaStatus]?
    /// The text of a new secret, shown this once.
    package var secret: Secret?
    /// When the older secret stops working.
    package var previousExpiresAt: Timestamp?
    /// How many keys a call has revoked.
    package var revoked: Int?
    package var applied: AppliedAnswer?

    package init(_ name: AnswerName, _ object: Object) {
        self.name = name
        self.object = object
    }

    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member(name.rawValue, object)
            if let quotas { writer.member("quotas", quotas) }
            if let secret { writer.member("secret", secret.reveal()) }
            if let previousExpiresAt { writer.member("previous_expires_at", previousExpiresAt) }
            if let revoked { writer.member("revoked", revoked) }
            applied?.writeMembers(to: &writer)
        }
    }
}

/// Where a change already holds.
package struct AppliedAnswer: Hashable, Sendable {
    /// The nodes that have applied it.
    package var acknowledgedBy: [NodeID]
    /// The nodes that have not confirmed it in time.
    package var pending: [NodeID]
    /// Until the last acknowledgement.
    package var elapsedMicroseconds: Int64

    package init(acknowledgedBy: [NodeID], pending: [NodeID], elapsedMicroseconds: Int64) {
        self.acknowledgedBy = acknowledgedBy
        self.pending = pending
        self.elapsedMicroseconds = elapsedMicroseconds
    }

    package func writeMembers(to writer: inout JSONWriter) {
        writer.texts("acknowledged_by", acknowledgedBy)
        writer.texts("pending", pending)
        writer.name("elapsed_ms")
        writer.milliseconds(microseconds: elapsedMicroseconds)
    }
}

/// A page of a list.
package struct ListAnswer<Element: JSONWritable>: JSONWritable {
    package var data: [Element]
    /// Nil on the last page.
    package var nextCursor: String?

    package init(_ data: [Element], nextCursor: String?) {
        self.data = data
        self.nextCursor = nextCursor
    }

    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("data", data)
            writer.member("next_cursor", nextCursor)
        }
    }
}

extension JSONWriter {
    /// Milliseconds with as many decimals as microseconds need: 1400 is `1.4`.
    mutating func milliseconds(microseconds: Int64) {
        let (whole, rest) = max(0, microseconds).quotientAndRemainder(dividingBy: 1_000)
        guard rest > 0 else { return int(whole) }
        var decimals = String(1_000 + rest).dropFirst()
        while decimals.last == "0" { decimals.removeLast() }
        raw("\(whole).\(decimals)")
    }
}
