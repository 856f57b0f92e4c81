/// How large the parts of a record may be: one truth for every way in.
public enum RecordBounds {
    /// Characters of a name.
    public static let nameLength = 1...200
    /// Scopes on one key, role or plan.
    public static let scopes = 256
    /// Roles on one key.
    public static let roles = 64
    /// Networks in an allowlist.
    public static let networks = 256
    /// Methods in a list.
    public static let methods = 32
    /// Path patterns in a list.
    public static let paths = 256
    /// Calls in flight that a key may be bound to.
    public static let inFlight: ClosedRange<Int64> = 1...1_000_000
    /// Characters of a reason.
    public static let reasonLength = 500
    /// Environments of a project.
    public static let environments = 16
    /// Places that a policy reads keys from.
    public static let keySources = 8
    /// Policies in a store: every node holds them all in memory.
    public static let policies = 10_000
    /// Projects in a store: every node holds them all in memory.
    public static let projects = 10_000
    /// Secrets that open one key at once.
    public static let liveSecrets = 8
    /// Days of the month on which a billing month may begin.
    public static let billingDays = 1...28
}
