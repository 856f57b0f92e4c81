import Crypto
public import LanyardCore

// # The audit log
//
// Every management call leaves an entry: who, what, to what, and how it was before and after, without secrets. Each entry
// carries a hash over its own content and the hash of the entry before. Whoever changes or removes a row has to change
// every later one; whoever notes the newest hash elsewhere can prove even that. The hash is SHA-256 over the fields in a
// fixed order, each with its length before it, so that no two different entries have the same bytes.

/// Something worth remembering, before it has its place in the log.
public struct AuditEvent: Sendable, Hashable {
    /// When it happened.
    public var at: Timestamp
    /// The key that asked for it; `nil` for Lanyard itself and for its operator at the command line.
    public var actor: KeyID?
    /// What the actor is called.
    public var actorName: String
    /// What was done, as `key.create`.
    public var action: String
    /// What it was done to: an id, or a name.
    public var target: String
    /// JSON of what was there before; `nil` for a creation.
    public var before: String?
    /// JSON of what is there since; `nil` for a deletion.
    public var after: String?
    /// The request's id, as in logs.
    public var requestID: String?

    /// An event.
    public init(
        at: Timestamp, actor: KeyID?, actorName: String, action: String, target: String, before: String? = nil,
        after: String? = nil, requestID: String? = nil
    ) {
        self.at = at
        self.actor = actor
        self.actorName = actorName
        self.action = action
        self.target = target
        self.before = before
        self.after = after
        self.requestID = requestID
    }
}

/// An event in its place in the log.
public struct AuditEntry: Sendable, Hashable {
    /// Its place: 1, 2, 3 …
    public let sequence: Int64
    /// What happened.
    public let event: AuditEvent
    /// The hash of the entry before; 32 zero bytes for the first.
    public let previousHash: [UInt8]
    /// SHA-256 over the place, the event and the hash before.
    public let hash: [UInt8]

    /// Before the first entry.
    public static let firstPreviousHash = [UInt8](repeating: 0, count: 32)

    /// Puts an event into its place, computing its hash.
    public init(sequence: Int64, event: AuditEvent, previousHash: [UInt8]) {
        self.sequence = sequence
        self.event = event
        self.previousHash = previousHash
        self.hash = AuditEntry.hash(sequence, event, previousHash)
    }

    /// An entry as it was stored, its hash not recomputed; ``isIntact`` tells whether it is right.
    public init(sequence: Int64, event: AuditEvent, previousHash: [UInt8], storedHash: [UInt8]) {
        self.sequence = sequence
        self.event = event
        self.previousHash = previousHash
        self.hash = storedHash
    }

    /// Whether the stored hash is the hash of the stored content.
    public var isIntact: Bool {
        hash == AuditEntry.hash(sequence, event, previousHash)
    }

    private static func hash(_ sequence: Int64, _ event: AuditEvent, _ previousHash: [UInt8]) -> [UInt8] {
        var hasher = SHA256()
        func add(_ bytes: some Collection<UInt8>) {
            withUnsafeBytes(of: UInt64(bytes.count).littleEndian) { hasher.update(bufferPointer: $0) }
            hasher.update(data: Array(bytes))
        }
        func add(_ text: String?) {
            // Absent and empty differ: absent is one byte that no UTF-8 text begins with.
            if let text { add(text.utf8) } else { add(CollectionOfOne(UInt8(0xFF))) }
        }
        add("lanyard audit 1".utf8)
        add(previousHash)
        add(String(sequence))
        add(String(event.at.milliseconds))
        add(event.actor?.description)
        add(event.actorName)
        add(event.action)
        add(event.target)
        add(event.before)
        add(event.after)
        add(event.requestID)
        return Array(hasher.finalize())
    }
}

/// Which audit entries a list holds.
public struct AuditFilter: Sendable, Equatable {
    /// By this key.
    public var actor: KeyID?
    /// To this target.
    public var target: String?
    /// Of this action.
    public var action: String?
    /// From then on.
    public var from: Timestamp?
    /// Before then.
    public var to: Timestamp?

    /// No condition.
    public init() {}
}
