public import LanyardCore

/// Names an idempotent request: who asked, and with which `Idempotency-Key`.
public struct IdempotencyID: Sendable, Hashable {
    /// The caller.
    public var caller: KeyID
    /// SHA-256 of the `Idempotency-Key`: its text is nobody's business.
    public var keyHash: [UInt8]

    /// An idempotent request's name.
    public init(caller: KeyID, keyHash: [UInt8]) {
        self.caller = caller
        self.keyHash = keyHash
    }
}

/// How long answers to idempotent requests are kept.
public enum IdempotencyPeriod {
    /// As long as an answer is given again, in milliseconds: 15 minutes. After it, the body is erased.
    public static let replay: Int64 = 15 * 60_000
    /// As long as it is remembered that there was one, in milliseconds: 24 hours.
    public static let memory: Int64 = 24 * 3_600_000
}

/// The answer that an idempotent request was given.
public struct IdempotentAnswer: Sendable, Hashable {
    /// Whose it is.
    public var id: IdempotencyID
    /// SHA-256 of the request that it answers: another request under the same key is a mistake of the caller's.
    public var requestHash: [UInt8]
    /// The HTTP status.
    public var status: Int
    /// The answer's body, encrypted so that only the caller's own secret opens it.
    public var sealedBody: [UInt8]
    /// What the request made: named when the body is too old to be given again.
    public var target: String
    /// When it was given.
    public var createdAt: Timestamp

    /// An answer.
    public init(
        id: IdempotencyID, requestHash: [UInt8], status: Int, sealedBody: [UInt8], target: String, createdAt: Timestamp
    ) {
        self.id = id
        self.requestHash = requestHash
        self.status = status
        self.sealedBody = sealedBody
        self.target = target
        self.createdAt = createdAt
    }
}
