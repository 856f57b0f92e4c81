import LanyardCore
import LanyardManagement

/// Who asks to verify, once a decision has granted it: for which projects it may.
struct VerifyCaller {
    let key: ResolvedKey
    /// The call that the caller's own key holds open, where it bounds them.
    let grantID: GrantID?
    let reach: ScopeSet.ProjectReach

    static let scope = AdministrativeScope.verify.name

    /// What a caller of this listener's own calls must be and hold: a key of the built-in project, as on the admin
    /// listener. A customer's key that was given the scope by mistake can't look into other keys. The call is over when
    /// it is answered, so keys that bound their calls may ask too.
    static let demand = Demand(
        audience: .projects([ProjectRecord.lanyardID]), scope: ScopeExpression(scope), canFinish: true)

    init(_ granted: Granted) {
        key = granted.key
        grantID = granted.grantID
        reach = granted.key.scopes.projects(holding: Self.scope)
    }

    /// Whether the caller may be told about a key of this project.
    func reaches(project name: String) -> Bool {
        switch reach {
        case .all: true
        case .only(let names): names.contains(name)
        }
    }
}
