package import LanyardCore

/// Who asks for a management call, and what they may do.
package struct Caller: Sendable {
    /// The key that asks; `nil` for Lanyard itself, its operator at the command line, and the service that embeds it.
    package let keyID: KeyID?
    /// What the audit log calls it.
    package let name: String
    /// All that it holds: its own scopes, its roles' and its plan's.
    package let scopes: ScopeSet
    /// The request's id, for the audit log.
    package let requestID: String?
    /// The secret that it presented: idempotent answers are sealed so that only this opens them.
    package let secret: Secret?
    /// Whether a decision has let it in: what it found says nothing about later, so each change asks the store again.
    package let wasAdmitted: Bool

    package init(
        keyID: KeyID?, name: String, scopes: ScopeSet, requestID: String? = nil, secret: Secret? = nil,
        wasAdmitted: Bool = false
    ) {
        self.keyID = keyID
        self.name = name
        self.scopes = scopes
        self.requestID = requestID
        self.secret = secret
        self.wasAdmitted = wasAdmitted
    }

    /// A key that a decision has granted.
    package init(_ key: ResolvedKey, requestID: String?, secret: Secret?) {
        self.init(
            keyID: key.id, name: key.name, scopes: key.scopes, requestID: requestID, secret: secret,
            wasAdmitted: true)
    }

    /// Whoever has the store itself: the service that embeds Lanyard, and the command line offline. Holds everything.
    package static let `operator` = Caller(keyID: nil, name: "operator", scopes: everything)
    /// Lanyard itself, as it starts. Holds everything.
    package static let lanyard = Caller(keyID: nil, name: "lanyard", scopes: everything)

    // Were the text no scope, these callers would hold nothing; a test proves that they hold all.
    private static let everything = ScopeSet([AdministrativeScope.everything].compactMap(Scope.init))
}
