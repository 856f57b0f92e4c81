/// How possession of a key was shown, or must be.
public enum ProofRequirement: String, Hashable, Sendable, Codable, CaseIterable {
    /// Any proof, a bearer token included.
    case any
    /// A signed request (RFC 9421).
    case signature
    /// A client certificate (RFC 8705).
    case certificate
}

/// A key as it is stored: who, what for, and what holds it back. It never contains the secret.
public struct KeyRecord: Hashable, Sendable, Codable {
    /// The typed id, `key_…`.
    public var id: KeyID
    /// What people call it; not unique.
    public var name: String
    /// What it protects. Fixed: it stands in the secret.
    public var project: ProjectID
    /// `live`, `test`, or the operator's own. Fixed: it stands in the secret.
    public var environment: EnvironmentName
    /// Who it belongs to.
    public var account: AccountID?
    /// Granted on the key itself.
    public var scopes: [Scope] = []
    /// Named sets of scopes.
    public var roles: [RoleID] = []
    /// The tier.
    public var plan: PlanID?
    /// Rolling limits of the key's own.
    public var limits: [LimitDefinition] = []
    /// Quotas of the key's own.
    public var quotas: [QuotaDefinition] = []
    /// Calls that may be open at once.
    public var maximumInFlight: Int32?
    /// Addresses that may use it; empty means any.
    public var ipAllowlist: [CIDR] = []
    /// Methods that it may be used for; empty means any.
    public var methods: [HTTPMethodName] = []
    /// Paths that it may be used for; empty means any.
    public var paths: [PathPattern] = []
    /// What possession must be shown by.
    public var proof: ProofRequirement = .any
    /// Not usable before.
    public var notBefore: Timestamp?
    /// Not usable from then on.
    public var expiresAt: Timestamp?
    /// Switched off, and can be switched on again.
    public var isDisabled = false
    /// Revoked for good.
    public var revokedAt: Timestamp?
    /// Why it was revoked.
    public var revokeReason: String?
    /// Whether the holder may rotate it through `/v1/self/rotate`.
    public var allowsSelfRotation = false
    /// The owner's own JSON.
    public var metadata = Metadata.empty
    /// The last 4 characters of the current secret; empty for an imported key.
    public var hint: String
    /// Whether its digest came from another system.
    public var isImported = false
    /// When it was made.
    public var createdAt: Timestamp
    /// When it was last changed.
    public var updatedAt: Timestamp
    /// When it was last presented, to the minute.
    public var lastUsedAt: Timestamp?

    /// A key with nothing granted and nothing held back.
    public init(
        id: KeyID, name: String, project: ProjectID, environment: EnvironmentName, hint: String, createdAt: Timestamp
    ) {
        self.id = id
        self.name = name
        self.project = project
        self.environment = environment
        self.hint = hint
        self.createdAt = createdAt
        self.updatedAt = createdAt
    }

    /// What a reader is told first.
    public enum Status: String, Hashable, Sendable, Codable, CaseIterable {
        /// Usable.
        case active
        /// Switched off.
        case disabled
        /// Revoked for good.
        case revoked
        /// Past its expiry.
        case expired
        /// Before its not-before.
        case notYetValid = "not_yet_valid"
    }

    /// The status at `now`, in the order in which a decision would notice it.
    public func status(at now: Timestamp) -> Status {
        if revokedAt != nil { return .revoked }
        if isDisabled { return .disabled }
        if let notBefore, now < notBefore { return .notYetValid }
        if let expiresAt, expiresAt <= now { return .expired }
        return .active
    }
}

/// One secret of a key, by what is stored of it.
public struct SecretRecord: Hashable, Sendable {
    /// SHA-256 of the secret's text.
    public var digest: SecretDigest
    /// The key that it opens.
    public var key: KeyID
    /// The Ed25519 public key of a native secret; `nil` for an imported one.
    public var publicKey: PublicKeyBytes?
    /// When it was made.
    public var createdAt: Timestamp
    /// When its grace ends; `nil` for the current one.
    public var graceEndsAt: Timestamp?

    /// A secret's record.
    public init(
        digest: SecretDigest, key: KeyID, publicKey: PublicKeyBytes?, createdAt: Timestamp,
        graceEndsAt: Timestamp? = nil
    ) {
        self.digest = digest
        self.key = key
        self.publicKey = publicKey
        self.createdAt = createdAt
        self.graceEndsAt = graceEndsAt
    }
}
