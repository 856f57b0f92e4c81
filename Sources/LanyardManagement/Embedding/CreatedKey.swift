public import LanyardCore

/// A key that was made just now, with its secret.
public struct CreatedKey: Sendable {
    /// The key.
    public let key: KeyRecord
    /// Its secret, here and nowhere else: `secret.reveal()` is the text for its owner. It is not stored and can't be
    /// shown again.
    public let secret: Secret
}

/// A key that was given a new secret just now.
public struct RotatedKey: Sendable {
    /// The key.
    public let key: KeyRecord
    /// Its new secret; see ``CreatedKey/secret``.
    public let secret: Secret
    /// When the secret that was current before stops working.
    public let previousExpiresAt: Timestamp
}
