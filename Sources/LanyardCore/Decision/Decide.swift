// # The decision
//
// Every way in asks this one function. It takes the steps of ``DecisionStep`` in order; the first that fails names the
// code, and nothing is charged unless every step passed. It does no I/O and takes no time but its own: a few hundred
// nanoseconds, most of them SHA-256.
//
// `explain` walks the same steps with the same functions and spends nothing, so that it cannot tell another story.

/// Grants, denies, or says what must be fetched first. `report` receives how the key's limits stand, in both outcomes.
package func decide(
    _ request: DecisionRequest, on node: some DecisionNode, now: Now, report: inout LimitReport
) -> Decision {
    report.reset()
    if let denial = Steps.nodeIsCurrent(node, now) { return refuse(denial, on: node, now: now) }
    let digest: SecretDigest
    switch Steps.identify(request.presented, acceptsForeign: node.acceptsForeignSecrets) {
    case .failure(let denial): return refuse(denial, on: node, now: now)
    case .success(let found): digest = found
    }
    let key: ResolvedKey
    switch node.find(digest) {
    case .found(let found):
        key = found
    case .absent:
        return refuse(Denial(.unknownKey), on: node, now: now)
    case .unloaded:
        if let wait = node.lookUpWait(for: request.address, at: now.monotonic) {
            return refuse(Denial(.tooManyUnknownKeys, .wait(milliseconds: wait)), on: node, now: now)
        }
        return .needs(.load(digest, from: request.address))
    }
    if let denial = Steps.firstDenial(request, key, now) {
        count(denial, of: key, on: node, now: now)
        return .deny(denial)
    }
    return Steps.spend(
        request.demand, key, on: node, now: now, receipt: request.receipt, report: &report)
}

/// The denial of a request that belongs to no key.
private func refuse(_ denial: Denial, on node: some DecisionNode, now: Now) -> Decision {
    node.countUnattributed(denial.code, now: now)
    return .deny(denial)
}

private func count(_ denial: Denial, of key: ResolvedKey, on node: some DecisionNode, now: Now) {
    let (mustList, retired) = key.state.withContent { content in
        (content.markListed(), content.tally(for: now.wall.minute) { $0.countDenial(denial.code) })
    }
    if let retired { node.retire(retired, of: key.state.subject) }
    if mustList { node.needsFlush(key.state) }
}

/// The steps, each a pure function that says why it fails, or `nil`.
package enum Steps {
    package static func nodeIsCurrent(_ node: some DecisionNode, _ now: Now) -> Denial? {
        node.isCurrent(at: now.monotonic) ? nil : Denial(.unavailable)
    }

    package enum Identified {
        case success(SecretDigest)
        case failure(Denial)
    }

    /// Steps 1 and 2: one key, well-formed, with the right checksum.
    package static func identify(_ presented: DecisionRequest.Presented, acceptsForeign: Bool) -> Identified {
        switch presented {
        case .nothing: .failure(Denial(.missingKey))
        case .ambiguous: .failure(Denial(.ambiguousKey))
        case .digest(let digest): .success(digest)
        case .text(let bytes):
            switch SecretShape.inspect(bytes) {
            case .native: .success(SecretDigest(hashing: bytes))
            case .wrongChecksum:
                .failure(
                    Denial(.malformedKey, .detail("The key's checksum does not hold: a character was lost or changed."))
                )
            case .foreign where acceptsForeign: .success(SecretDigest(hashing: bytes))
            case .foreign, .malformed: .failure(Denial(.malformedKey))
            }
        }
    }

    /// Steps 4 to 12: everything about a known key that costs nothing.
    static func firstDenial(_ request: DecisionRequest, _ key: ResolvedKey, _ now: Now) -> Denial? {
        if let denial = notRevoked(key) { return denial }
        if let denial = enabled(key) { return denial }
        if let denial = inTime(key, now) { return denial }
        if let denial = audience(key, request.demand) { return denial }
        if let denial = proof(key, request.proof) { return denial }
        if let denial = address(key, request.address) { return denial }
        if let denial = target(key, request) { return denial }
        return scope(key, request.demand)
    }

    package static func notRevoked(_ key: ResolvedKey) -> Denial? {
        key.revokedAt.map { Denial(.revokedKey, .moment($0)) }
    }

    package static func enabled(_ key: ResolvedKey) -> Denial? {
        if let account = key.account, account.isSuspended { return Denial(.accountSuspended) }
        return key.isDisabled ? Denial(.disabledKey) : nil
    }

    package static func inTime(_ key: ResolvedKey, _ now: Now) -> Denial? {
        if let notBefore = key.notBefore, now.wall < notBefore { return Denial(.notYetValid, .moment(notBefore)) }
        if let expiry = key.expiresAt, expiry <= now.wall { return Denial(.expiredKey, .moment(expiry)) }
        if let grace = key.graceEndsAt, grace <= now.wall { return Denial(.rotatedKey, .moment(grace)) }
        return nil
    }

    package static func audience(_ key: ResolvedKey, _ demand: Demand) -> Denial? {
        guard demand.admits(project: key.project) else { return Denial(.wrongProject) }
        if let environment = demand.environment, environment != key.environment {
            return Denial(.wrongEnvironment, .demanded("environment '\(environment)'"))
        }
        return nil
    }

    package static func proof(_ key: ResolvedKey, _ shown: ProofRequirement) -> Denial? {
        switch key.proof {
        case .any: nil
        case .signature, .certificate:
            shown == key.proof ? nil : Denial(.proofRequired, .demanded(key.proof.rawValue))
        }
    }

    package static func address(_ key: ResolvedKey, _ address: IPAddress?) -> Denial? {
        guard let allowed = key.restrictions?.addresses, !allowed.isEmpty else { return nil }
        guard let address else {
            return Denial(.ipNotAllowed, .detail("The key is bound to addresses, and the request names none."))
        }
        return allowed.contains(address) ? nil : Denial(.ipNotAllowed)
    }

    /// Step 11. The path is made canonical only where somebody restricts paths: elsewhere it decides nothing.
    package static func target(_ key: ResolvedKey, _ request: DecisionRequest) -> Denial? {
        let demand = request.demand
        let keyPaths = key.restrictions?.paths
        let restrictsPaths = !demand.paths.isEmpty || keyPaths.map { !$0.isEmpty } == true
        var canonical: CanonicalPath?
        if restrictsPaths, let path = request.path {
            do {
                canonical = try CanonicalPath(rawPath: path)
            } catch {
                return Denial(.invalidRequestPath, .path(error))
            }
        }
        if let denial = method(allowed: demand.methods, request.method, "the policy") { return denial }
        if let denial = method(allowed: key.restrictions?.methods ?? [], request.method, "the key") { return denial }
        guard restrictsPaths else { return nil }
        guard let canonical else {
            return Denial(.pathNotAllowedForKey, .detail("Paths are restricted, and the request names none."))
        }
        if !demand.paths.isEmpty, !demand.paths.matches(canonical) {
            return Denial(.pathNotAllowedForKey, .detail("The policy does not serve this path."))
        }
        if let keyPaths, !keyPaths.isEmpty, !keyPaths.matches(canonical) { return Denial(.pathNotAllowedForKey) }
        return nil
    }

    private static func method(
        allowed: [HTTPMethodName], _ method: HTTPMethodName?, _ owner: StaticString
    ) -> Denial? {
        if allowed.isEmpty { return nil }
        guard let method else {
            return Denial(.methodNotAllowedForKey, .detail("Methods are restricted, and the request names none."))
        }
        if allowed.contains(method) { return nil }
        let names = allowed.map(\.description).joined(separator: ", ")
        return Denial(.methodNotAllowedForKey, .detail("The methods allowed by \(owner): \(names)."))
    }

    package static func scope(_ key: ResolvedKey, _ demand: Demand) -> Denial? {
        guard let expression = demand.scope, !expression.isSatisfied(by: key.scopes) else { return nil }
        return Denial(.insufficientScope, .missingScope(expression.missing(from: key.scopes)))
    }
}
