import LanyardCore
import LanyardStorage

extension ManagementTransaction {
    /// A new key's record from a request, once every rule and right is clear. Nothing is written.
    func record(
        of draft: KeyDraft, in project: ProjectRecord, id: KeyID, hint: String
    ) throws -> KeyRecord {
        var problems = FieldProblems()
        let environment = draft.environment ?? .live
        if !project.environments.contains(environment) {
            let known = project.environments.map(\.description).joined(separator: ", ")
            problems.add("/environment", "expected an environment of the project: \(known)")
        }
        var key = KeyRecord(
            id: id, name: draft.name, project: project.id, environment: environment, hint: hint, createdAt: now)
        key.account = try account(draft.account, &problems)
        key.plan = try plan(draft.plan, &problems)
        key.roles = try roles(draft.roles, &problems)
        key.scopes = draft.scopes.withoutRepetitions()
        key.limits = draft.limits
        key.quotas = draft.quotas
        key.maximumInFlight = draft.maximumInFlight.map { Int32(clamping: $0) }
        key.ipAllowlist = draft.ipAllowlist.withoutRepetitions()
        key.methods = draft.methods.withoutRepetitions()
        key.paths = draft.paths.withoutRepetitions()
        key.proof = draft.proof
        key.notBefore = draft.notBefore
        key.expiresAt = problems.resolve(draft.expiry, now: now)
        key.allowsSelfRotation = draft.allowsSelfRotation
        key.metadata = draft.metadata
        problems.checkInFlight(draft.maximumInFlight)
        problems.check(key)
        problems.checkPeriod(of: key)
        try checkProjects(of: key.scopes, at: "/scopes", &problems)
        try problems.throwIfAny()
        try requireRight(toHandOut: key)
        return key
    }

    /// A key as a change leaves it, once every rule is clear. Nothing is written.
    func record(of key: KeyRecord, changedBy patch: KeyPatch) throws -> KeyRecord {
        var problems = FieldProblems()
        var key = key
        patch.name.apply(to: &key.name)
        if let reference = patch.account.value {
            // A key must not slip out of a suspended account by the hand of somebody who could not resume it.
            if let current = key.account, try store.account(current)?.isSuspended == true {
                try caller.require(.accountsWrite)
            }
            key.account = try account(reference, &problems)
        }
        if let reference = patch.plan.value { key.plan = try plan(reference, &problems) }
        if let references = patch.roles.value { key.roles = try roles(references, &problems) }
        if let scopes = patch.scopes.value {
            key.scopes = scopes.withoutRepetitions()
            try checkProjects(of: key.scopes, at: "/scopes", &problems)
        }
        patch.limits.apply(to: &key.limits)
        patch.quotas.apply(to: &key.quotas)
        if let maximum = patch.maximumInFlight.value {
            problems.checkInFlight(maximum)
            key.maximumInFlight = maximum.map { Int32(clamping: $0) }
        }
        if let networks = patch.ipAllowlist.value { key.ipAllowlist = networks.withoutRepetitions() }
        if let methods = patch.methods.value { key.methods = methods.withoutRepetitions() }
        if let paths = patch.paths.value { key.paths = paths.withoutRepetitions() }
        patch.proof.apply(to: &key.proof)
        patch.notBefore.apply(to: &key.notBefore)
        if let expiry = patch.expiry.value { key.expiresAt = problems.resolve(expiry, now: now) }
        patch.allowsSelfRotation.apply(to: &key.allowsSelfRotation)
        patch.metadata.apply(to: &key.metadata)
        problems.check(key)
        problems.checkPeriod(of: key)
        try problems.throwIfAny()
        return key
    }
}
