/// The steps of a decision, in the order in which they are taken: a part of the contract. A later step is never reached
/// once an earlier one has failed, and only the last one spends.
public enum DecisionStep: UInt8, Hashable, Sendable, CaseIterable {
    /// This node knows of every change up to its staleness bound.
    case nodeIsCurrent
    /// There is one key, well-formed.
    case keyIsPresented
    /// The secret's checksum holds.
    case checksum
    /// The secret's digest is known.
    case keyIsKnown
    /// The key is not revoked.
    case keyIsNotRevoked
    /// The account is not suspended, the key not disabled.
    case keyIsEnabled
    /// Not before, not after, and within the secret's grace.
    case keyIsInTime
    /// The project and the environment are the demanded ones.
    case audience
    /// Every block of a derived key holds.
    case derivation
    /// Possession was shown as the key demands.
    case proof
    /// The client's address is allowed.
    case address
    /// The path is canonical; method and path are allowed.
    case target
    /// The scopes suffice.
    case scope
    /// In-flight calls, limits and quotas suffice, all of them.
    case allowances

    /// The step's name in `explain`.
    public var text: String {
        switch self {
        case .nodeIsCurrent: "node_current"
        case .keyIsPresented: "presented"
        case .checksum: "checksum"
        case .keyIsKnown: "known"
        case .keyIsNotRevoked: "revocation"
        case .keyIsEnabled: "standing"
        case .keyIsInTime: "validity"
        case .audience: "project_environment"
        case .derivation: "derivation"
        case .proof: "proof"
        case .address: "ip"
        case .target: "request"
        case .scope: "scope"
        case .allowances: "allowances"
        }
    }
}
