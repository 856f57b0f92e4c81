/// Tells one kind of identifier from another, in the type system and in the text.
public protocol IdentifierTag: Sendable {
    /// What an identifier's text begins with, before the `_`: lower-case letters.
    static var prefix: String { get }
}

/// The tag of ``KeyID``.
public enum KeyTag: IdentifierTag {
    /// `key`
    public static var prefix: String { "key" }
}

/// The tag of ``ProjectID``.
public enum ProjectTag: IdentifierTag {
    /// `proj`
    public static var prefix: String { "proj" }
}

/// The tag of ``AccountID``.
public enum AccountTag: IdentifierTag {
    /// `acct`
    public static var prefix: String { "acct" }
}

/// The tag of ``PlanID``.
public enum PlanTag: IdentifierTag {
    /// `plan`
    public static var prefix: String { "plan" }
}

/// The tag of ``RoleID``.
public enum RoleTag: IdentifierTag {
    /// `role`
    public static var prefix: String { "role" }
}

/// The tag of ``PolicyID``.
public enum PolicyTag: IdentifierTag {
    /// `pol`
    public static var prefix: String { "pol" }
}

/// The tag of ``GrantID``.
public enum GrantTag: IdentifierTag {
    /// `grant`
    public static var prefix: String { "grant" }
}

/// The tag of ``NodeID``.
public enum NodeTag: IdentifierTag {
    /// `node`
    public static var prefix: String { "node" }
}

/// The tag of ``LeaseID``.
public enum LeaseTag: IdentifierTag {
    /// `lease`
    public static var prefix: String { "lease" }
}

/// Names a key: `key_…`.
public typealias KeyID = Identifier<KeyTag>
/// Names a project: `proj_…`.
public typealias ProjectID = Identifier<ProjectTag>
/// Names an account: `acct_…`.
public typealias AccountID = Identifier<AccountTag>
/// Names a plan: `plan_…`.
public typealias PlanID = Identifier<PlanTag>
/// Names a role: `role_…`.
public typealias RoleID = Identifier<RoleTag>
/// Names a policy: `pol_…`.
public typealias PolicyID = Identifier<PolicyTag>
/// Names one granted call, so that it can be ended: `grant_…`.
public typealias GrantID = Identifier<GrantTag>
/// Names one node of a deployment: `node_…`.
public typealias NodeID = Identifier<NodeTag>
/// Names a lease: `lease_…`.
public typealias LeaseID = Identifier<LeaseTag>
