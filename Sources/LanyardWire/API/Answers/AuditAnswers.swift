package import LanyardCore

/// One entry of `GET /v1/audit`.
package struct AuditEntryAnswer: JSONWritable, Sendable {
    package var sequence: Int64
    package var at: Timestamp
    /// The key that asked, and its name then; nil for the server itself and for work offline.
    package var actor: (id: KeyID, name: String)?
    package var action: String
    package var target: String
    /// JSON, without secrets.
    package var before: String?
    /// JSON, without secrets.
    package var after: String?
    package var requestID: String?
    package var hash: [UInt8]
    package var previousHash: [UInt8]

    package init(
        sequence: Int64, at: Timestamp, actor: (id: KeyID, name: String)?, action: String, target: String,
        before: String?, after: String?, requestID: String?, hash: [UInt8], previousHash: [UInt8]
    ) {
        self.sequence = sequence
        self.at = at
        self.actor = actor
        self.action = action
        self.target = target
        self.before = before
        self.after = after
        self.requestID = requestID
        self.hash = hash
        self.previousHash = previousHash
    }

    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("sequence", sequence)
            writer.member("at", at)
            writer.name("actor")
            if let actor {
                writer.object { writer in
                    writer.member("key_id", actor.id.description)
                    writer.member("name", actor.name)
                }
            } else {
                writer.null()
            }
            writer.member("action", action)
            writer.member("target", target)
            for (name, json) in [("before", before), ("after", after)] {
                writer.name(name)
                if let json { writer.raw(json) } else { writer.null() }
            }
            writer.member("request_id", requestID)
            writer.member("hash", hash.hexadecimal)
            writer.member("previous_hash", previousHash.hexadecimal)
        }
    }
}

/// The answer to `GET /v1/audit/verify`.
package struct AuditVerifyAnswer: JSONWritable, Sendable {
    package var entries: Int64
    /// The first entry that is changed or missing; nil where the log is whole.
    package var firstBadSequence: Int64?

    package init(entries: Int64, firstBadSequence: Int64?) {
        self.entries = entries
        self.firstBadSequence = firstBadSequence
    }

    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("intact", firstBadSequence == nil)
            writer.member("entries", entries)
            if let firstBadSequence { writer.member("first_bad_sequence", firstBadSequence) }
        }
    }
}

extension [UInt8] {
    fileprivate var hexadecimal: String {
        String(decoding: flatMap { [Hexadecimal.digit($0 >> 4), Hexadecimal.digit($0)] }, as: UTF8.self)
    }
}
