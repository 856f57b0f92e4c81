import LanyardCore
import LanyardManagement
import LanyardWire

extension KeyDraft {
    init(_ body: KeyCreateBody) {
        self.init(name: body.name)
        project = body.project.map { Reference($0) }
        environment = body.environment
        account = body.account.map { Reference($0) }
        scopes = body.scopes
        roles = body.roles.map { Reference($0) }
        plan = body.plan.map { Reference($0) }
        limits = body.limits
        quotas = body.quotas
        maximumInFlight = body.maximumInFlight.map(Int.init)
        ipAllowlist = body.ipAllowlist
        methods = body.methods
        paths = body.paths
        proof = body.proof
        notBefore = body.notBefore
        expiry = body.expiry.map(Expiry.init)
        allowsSelfRotation = body.allowsSelfRotation
        metadata = body.metadata
    }
}

extension KeyPatch {
    init(_ body: KeyPatchBody) {
        self.init()
        name = Edit(body.name)
        account = Edit(body.account) { Reference($0) }
        scopes = Edit(body.scopes)
        roles = Edit(body.roles.map { $0.map { Reference($0) } })
        plan = Edit(body.plan) { Reference($0) }
        limits = Edit(body.limits)
        quotas = Edit(body.quotas)
        maximumInFlight = Edit(body.maximumInFlight) { Int($0) }
        ipAllowlist = Edit(body.ipAllowlist)
        methods = Edit(body.methods)
        paths = Edit(body.paths)
        proof = Edit(body.proof)
        notBefore = Edit(body.notBefore)
        expiry = Edit(body.expiry) { Expiry($0) }
        allowsSelfRotation = Edit(body.allowsSelfRotation)
        metadata = Edit(body.metadata)
    }
}

extension Expiry {
    init(_ field: ExpiryField) {
        switch field {
        case .at(let moment): self = .at(moment)
        case .after(let milliseconds): self = .after(.milliseconds(milliseconds))
        }
    }
}
