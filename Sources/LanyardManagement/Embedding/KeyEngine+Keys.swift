public import LanyardCore
public import LanyardEngine
import LanyardStorage

// What an embedding service does with keys. Whoever has the engine has the store, so nothing is asked of the caller:
// each call is made as the operator, and is in the audit log like any other.

extension KeyEngine {
    /// Makes a key and its first secret.
    ///
    /// ```swift
    /// let new = try await keys.create(
    ///     name: "cron", scopes: ["invoices:read"], limits: [.requests(100, per: .seconds(60))])
    /// show(new.secret.reveal())
    /// ```
    ///
    /// One transaction: when it returns, the key has reached the disk and works.
    /// - Parameters:
    ///   - name: What people call it: 1 to 200 characters; need not be unique.
    ///   - scopes: What it may do, as `invoices:read` or `invoices:*`. None grants nothing.
    ///   - limits: How much, at most, in any stretch of time. None is no limit.
    ///   - quotas: How much, at most, in each hour, day, week or month of the calendar, or ever. None is no quota.
    ///   - project: A project's id or name: what the key is for, and the first part of its secret.
    ///   - environment: One of the project's environments: the second part of its secret.
    ///   - account: An account's id, or the id that the operator gave it.
    ///   - roles: Names of roles, whose scopes are added.
    ///   - plan: A plan's id or name, whose scopes, limits and quotas are added.
    ///   - maximumInFlight: How many calls may be open at once; `nil` for any number.
    ///   - ipAllowlist: Addresses and networks that it may be used from, as `203.0.113.0/24`. None means anywhere.
    ///   - methods: HTTP methods that it may be used for. None means all.
    ///   - paths: Path patterns that it may be used for, as `/v1/invoices/**`. None means all.
    ///   - expiresIn: How long it works; `nil` for ever.
    ///   - metadata: The owner's own notes, returned with every decision.
    /// - Throws: ``ManagementError/invalid(_:)`` with every field that is not as it should be; `StoreError` if the
    ///   store fails.
    public func create(
        name: String, scopes: [String] = [], limits: [LimitDefinition] = [], quotas: [QuotaDefinition] = [],
        project: String? = nil, environment: EnvironmentName = .live, account: String? = nil, roles: [String] = [],
        plan: String? = nil,
        maximumInFlight: Int? = nil, ipAllowlist: [String] = [], methods: [String] = [], paths: [String] = [],
        expiresIn: Duration? = nil, metadata: [String: String] = [:]
    ) async throws -> CreatedKey {
        var draft = KeyDraft(name: name)
        draft.project = project.map { Reference($0) }
        draft.environment = environment
        draft.account = account.map { Reference($0) }
        draft.roles = roles.map { Reference($0) }
        draft.plan = plan.map { Reference($0) }
        draft.limits = limits
        draft.quotas = quotas
        draft.maximumInFlight = maximumInFlight
        draft.expiry = expiresIn.map { .after($0) }
        draft.metadata = try Metadata(members: metadata)
        try draft.read(scopes: scopes, ipAllowlist: ipAllowlist, methods: methods, paths: paths)
        let finished = draft
        let management = Management(engine: self)
        let issued = try await management.change(as: .operator, waits: false) { transaction in
            // An embedding service has no server that seeded the store as it started.
            if try transaction.store.project(ProjectRecord.defaultID) == nil { try transaction.seed() }
            return try transaction.createKey(finished)
        }.value
        return CreatedKey(key: issued.details.record, secret: issued.secret)
    }

    /// A key; `nil` if there is none. Reads the store.
    /// - Throws: `StoreError`.
    public func key(_ id: KeyID) async throws -> KeyRecord? {
        try await store.read { try $0.key(id) }
    }

    /// Keys, newest first. Reads the store.
    ///
    /// - Parameters:
    ///   - project: Of this project alone, by id or name.
    ///   - account: Of this account alone, by id or by the id that the operator gave it.
    ///   - after: Only what follows this key: the last one of the piece before.
    ///   - limit: How many at most, 1 to 200.
    /// - Throws: ``ManagementError/invalid(_:)`` if the project or the account does not exist, or `limit` is out of
    ///   bounds; `StoreError`.
    public func keys(
        project: String? = nil, account: String? = nil, after: KeyID? = nil, limit: Int = 50
    ) async throws -> [KeyRecord] {
        var listing = KeyListing()
        listing.project = project.map { Reference($0) }
        listing.account = account.map { Reference($0) }
        let page = Page(after: after, limit: limit)
        return try await Management(engine: self).keys(listing, page: page, as: .operator).items.map(\.record)
    }

    /// Ends a key for good, with all its secrets. When this returns, this process denies it, and the acknowledgement
    /// names the nodes that have not confirmed it yet. Repeating it changes nothing.
    /// - Throws: ``ManagementError/notFound(_:)``; `StoreError`.
    @discardableResult
    public func revoke(_ id: KeyID, reason: String? = nil) async throws -> Acknowledgement {
        try await Management(engine: self).revokeKey(id, reason: reason, as: .operator).acknowledgement
    }

    /// Gives a key a new secret. The older one works on until its grace is over; both draw on the same limits.
    /// - Parameter grace: 0 to 30 days; 24 hours unless told otherwise. 0 ends the older secret at once.
    /// - Throws: ``ManagementError/notFound(_:)``; ``ManagementError/conflict(_:id:)`` if the key is revoked, or has
    ///   too many secrets that still work; ``ManagementError/invalid(_:)`` for a grace out of bounds; `StoreError`.
    public func rotate(_ id: KeyID, grace: Duration = .seconds(86_400)) async throws -> RotatedKey {
        let rotated = try await Management(engine: self).rotateKey(id, grace: grace, as: .operator).value
        return RotatedKey(
            key: rotated.details.record, secret: rotated.secret, previousExpiresAt: rotated.previousExpiresAt)
    }

    /// Shuts a key until it is enabled again. Repeating it changes nothing.
    /// - Throws: ``ManagementError/notFound(_:)``; ``ManagementError/conflict(_:id:)`` if it is revoked; `StoreError`.
    @discardableResult
    public func disable(_ id: KeyID) async throws -> Acknowledgement {
        try await Management(engine: self).disableKey(id, as: .operator).acknowledgement
    }

    /// Opens a disabled key. Repeating it changes nothing.
    /// - Throws: ``ManagementError/notFound(_:)``; ``ManagementError/conflict(_:id:)`` if it is revoked; `StoreError`.
    @discardableResult
    public func enable(_ id: KeyID) async throws -> Acknowledgement {
        try await Management(engine: self).enableKey(id, as: .operator).acknowledgement
    }
}
