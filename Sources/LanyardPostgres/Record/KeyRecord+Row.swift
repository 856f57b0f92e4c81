import LanyardCore

extension KeyRecord: StoredRecord {
    static let table = RecordTable(
        "keys",
        [
            "id", "name", "project", "environment", "account", "scopes", "roles", "plan", "limits", "maximum_in_flight",
            "ip_allowlist", "methods", "paths", "proof", "not_before", "expires_at", "is_disabled", "revoked_at",
            "revoke_reason", "allows_self_rotation", "metadata", "hint", "is_imported", "created_at", "updated_at",
            "last_used_at", "quotas",
        ])

    init(_ columns: inout ColumnReader) throws {
        // The initialiser wants what comes first and what comes late together; the rest is set in the table's order.
        let (id, name) = (try columns.id(KeyTag.self), try columns.text())
        let (project, environment) = (try columns.id(ProjectTag.self), try columns.value(EnvironmentName.self))
        self.init(
            id: id, name: name, project: project, environment: environment, hint: "",
            createdAt: Timestamp(milliseconds: 0))
        account = try columns.optionalID()
        scopes = try columns.list()
        roles = try columns.list()
        plan = try columns.optionalID()
        limits = try columns.list()
        maximumInFlight = try columns.optionalNumber(Int32.self)
        ipAllowlist = try columns.list()
        methods = try columns.list()
        paths = try columns.list()
        proof = try columns.choice()
        notBefore = try columns.optionalTime()
        expiresAt = try columns.optionalTime()
        isDisabled = try columns.flag()
        revokedAt = try columns.optionalTime()
        revokeReason = try columns.optionalText()
        allowsSelfRotation = try columns.flag()
        metadata = try columns.metadata()
        hint = try columns.text()
        isImported = try columns.flag()
        createdAt = try columns.time()
        updatedAt = try columns.time()
        lastUsedAt = try columns.optionalTime()
        quotas = try columns.list()
    }

    func write(to columns: inout ColumnWriter) throws {
        var texts = KeyListTexts()
        try write(to: &columns, lists: &texts)
    }

    func write(to columns: inout ColumnWriter, lists: inout KeyListTexts) throws {
        columns.add(id)
        try columns.add(name)
        columns.add(project)
        try columns.add(environment)
        columns.add(account)
        try columns.add(lists.scopes.text(scopes))
        try columns.add(lists.roles.text(roles))
        columns.add(plan)
        try columns.add(lists.limits.text(limits))
        columns.add(maximumInFlight)
        try columns.add(lists.ipAllowlist.text(ipAllowlist))
        try columns.add(lists.methods.text(methods))
        try columns.add(lists.paths.text(paths))
        try columns.add(proof)
        columns.add(notBefore)
        columns.add(expiresAt)
        columns.add(isDisabled)
        columns.add(revokedAt)
        try columns.add(revokeReason)
        columns.add(allowsSelfRotation)
        try columns.add(metadata)
        try columns.add(hint)
        columns.add(isImported)
        columns.add(createdAt)
        columns.add(updatedAt)
        columns.add(lastUsedAt)
        try columns.add(lists.quotas.text(quotas))
    }
}

/// The texts of the lists of the key that was written last.
struct KeyListTexts {
    var scopes = LastListText<Scope>()
    var roles = LastListText<RoleID>()
    var limits = LastListText<LimitDefinition>()
    var quotas = LastListText<QuotaDefinition>()
    var ipAllowlist = LastListText<CIDR>()
    var methods = LastListText<HTTPMethodName>()
    var paths = LastListText<PathPattern>()
}
