/// What is protected: an API or a product. Its prefix opens every secret of its keys.
public struct ProjectRecord: Hashable, Sendable, Codable {
    /// The typed id, `proj_…`.
    public var id: ProjectID
    /// Unique and fixed: administrative scopes name it (`lanyard:keys:write@payments`).
    public var name: String
    /// The first part of its secrets. Fixed.
    public var prefix: SecretPrefix
    /// The environments that its keys may have.
    public var environments: [EnvironmentName]
    /// When it was made.
    public var createdAt: Timestamp
    /// When it was last changed.
    public var updatedAt: Timestamp

    /// A project.
    public init(
        id: ProjectID, name: String, prefix: SecretPrefix, environments: [EnvironmentName], createdAt: Timestamp
    ) {
        self.id = id
        self.name = name
        self.prefix = prefix
        self.environments = environments
        self.createdAt = createdAt
        self.updatedAt = createdAt
    }

    /// The built-in project whose keys administer Lanyard.
    public static let lanyardID = ProjectID(high: 0x0000_0000_0000_7000, low: 0x8000_0000_0000_0001)
    /// The seeded project that a key belongs to when none is named.
    public static let defaultID = ProjectID(high: 0x0000_0000_0000_7000, low: 0x8000_0000_0000_0002)
    /// The name of the built-in project.
    public static let lanyardName = "lanyard"
    /// The name of the seeded project.
    public static let defaultName = "default"
}

/// The customer, team or agent that keys belong to.
public struct AccountRecord: Hashable, Sendable, Codable {
    /// The typed id, `acct_…`.
    public var id: AccountID
    /// What people call it.
    public var name: String
    /// The operator's own id; unique where given.
    public var externalID: String?
    /// The day of the month on which its billing month begins, 1 to 28.
    public var billingDay: Int = 1
    /// Limits that all its keys share.
    public var limits: [LimitDefinition] = []
    /// Quotas that all its keys share.
    public var quotas: [QuotaDefinition] = []
    /// Whether all its keys are shut out.
    public var isSuspended = false
    /// Why.
    public var suspendedReason: String?
    /// The owner's own JSON.
    public var metadata = Metadata.empty
    /// When it was made.
    public var createdAt: Timestamp
    /// When it was last changed.
    public var updatedAt: Timestamp

    /// An account with nothing held back.
    public init(id: AccountID, name: String, externalID: String? = nil, createdAt: Timestamp) {
        self.id = id
        self.name = name
        self.externalID = externalID
        self.createdAt = createdAt
        self.updatedAt = createdAt
    }
}

/// A tier: a named set of allowances and scopes. Its allowances count for each key by itself.
public struct PlanRecord: Hashable, Sendable, Codable {
    /// The typed id, `plan_…`.
    public var id: PlanID
    /// Unique.
    public var name: String
    /// Granted to every key on the plan.
    public var scopes: [Scope] = []
    /// Limits for each key.
    public var limits: [LimitDefinition] = []
    /// Quotas for each key.
    public var quotas: [QuotaDefinition] = []
    /// Calls that each key may hold open at once.
    public var maximumInFlight: Int32?
    /// When it was made.
    public var createdAt: Timestamp
    /// When it was last changed.
    public var updatedAt: Timestamp

    /// An empty plan.
    public init(id: PlanID, name: String, createdAt: Timestamp) {
        self.id = id
        self.name = name
        self.createdAt = createdAt
        self.updatedAt = createdAt
    }
}

/// A named set of scopes.
public struct RoleRecord: Hashable, Sendable, Codable {
    /// The typed id, `role_…`.
    public var id: RoleID
    /// Unique.
    public var name: String
    /// What it grants.
    public var scopes: [Scope]
    /// Seeded with the store: can be granted, but neither changed nor deleted.
    public var isBuiltIn = false
    /// When it was made.
    public var createdAt: Timestamp
    /// When it was last changed.
    public var updatedAt: Timestamp

    /// A role.
    public init(id: RoleID, name: String, scopes: [Scope], createdAt: Timestamp) {
        self.id = id
        self.name = name
        self.scopes = scopes
        self.createdAt = createdAt
        self.updatedAt = createdAt
    }
}
