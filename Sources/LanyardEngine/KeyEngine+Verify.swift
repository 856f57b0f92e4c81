public import LanyardCore
import LanyardStorage
import Synchronization

/// The outcome of ``KeyEngine/verify(_:scope:costs:environment:address:method:path:)``.
public enum Verification: Sendable {
    /// The key may do this.
    case grant(Grant)
    /// It may not, and this is why.
    case deny(Denial)
}

/// A granted request.
public struct Grant: Sendable {
    /// Whose it is.
    public let key: GrantedKey
    /// Names the open call of a key that bounds its calls in flight: pass it to ``KeyEngine/finish(_:)-(Grant)`` when the
    /// call has ended. `nil` for other keys.
    public let id: GrantID?
    /// How the key's limits stand after this call.
    public let limits: [LimitStatus]

    package init(key: GrantedKey, id: GrantID?, limits: [LimitStatus]) {
        self.key = key
        self.id = id
        self.limits = limits
    }
}

/// A key as its decision saw it.
public struct GrantedKey: Sendable {
    package let resolved: ResolvedKey

    package init(_ resolved: ResolvedKey) {
        self.resolved = resolved
    }

    /// The typed id, `key_…`.
    public var id: KeyID { resolved.id }
    /// What people call it.
    public var name: String { resolved.name }
    /// Everything that it was granted: its own scopes, its roles' and its plan's.
    public var scopes: ScopeSet { resolved.scopes }
    /// Its record.
    public var record: KeyRecord { resolved.record }
    /// The account that it belongs to.
    public var account: AccountRecord? { resolved.account?.record }
}

extension KeyEngine {
    /// Decides whether `presented` may do something, and charges its limits if so.
    ///
    /// Answers from memory when the key is cached, within a microsecond or so; a key seen for the first time costs a read of
    /// the store. If the store can't be read, the answer is a denial `unavailable`: it fails closed.
    /// - Parameters:
    ///   - presented: The text that the client sent.
    ///   - scope: A scope expression, as `invoices:read` or `a:read and (b:write or c:write)`.
    ///   - costs: What the call costs; one request unless told otherwise.
    ///   - environment: Keys of this environment only.
    ///   - address: The client's address; a key bound to addresses is denied without one.
    ///   - method: The request's method; a key bound to methods is denied without one.
    ///   - path: The request's path as sent, without its query; a key bound to paths is denied without one.
    /// - Throws: `ScopeSyntaxError` if `scope` is no scope expression. A refusal is no error.
    public func verify(
        _ presented: String, scope: String? = nil, costs: Costs = .oneRequest, environment: EnvironmentName? = nil,
        address: IPAddress? = nil, method: HTTPMethodName? = nil, path: String? = nil
    ) async throws -> Verification {
        var expression: ScopeExpression?
        if let scope { expression = try ScopeExpression(parsing: scope) }
        let demand = Demand(environment: environment, scope: expression, costs: costs, canFinish: true)
        let secret = Array(presented.utf8).withUnsafeBytes { Secret(presented: $0) }
        let pathBytes = path.map { Array($0.utf8) }
        var report = LimitReport()
        let decision = await decideFetching(secret, report: &report, path: pathBytes) { presented, path in
            DecisionRequest(presented: presented, demand: demand, address: address, method: method, path: path)
        }
        switch decision {
        case .grant(let granted):
            return .grant(Grant(key: GrantedKey(granted.key), id: granted.grantID, limits: report.statuses))
        case .deny(let denial): return .deny(denial)
        case .needs: return .deny(Denial(.unavailable))
        }
    }

    /// Ends the call that `grant` opened. Harmless for keys that don't bound their calls, and when repeated.
    public func finish(_ grant: Grant) {
        if let id = grant.id { _ = finish(id) }
    }
}
