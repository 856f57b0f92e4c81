import LanyardEngine

extension Verification {
    var isGrant: Bool {
        switch self {
        case .grant: true
        case .deny: false
        }
    }
}
