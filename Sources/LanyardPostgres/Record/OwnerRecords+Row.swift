import LanyardCore

extension ProjectRecord: StoredRecord {
    static let table = RecordTable(
        "projects", ["id", "name", "prefix", "environments", "created_at", "updated_at"])

    init(_ columns: inout ColumnReader) throws {
        self.init(
            id: try columns.id(), name: try columns.text(), prefix: try columns.value(),
            environments: try columns.list(), createdAt: try columns.time())
        updatedAt = try columns.time()
    }

    func write(to columns: inout ColumnWriter) throws {
        columns.add(id)
        try columns.add(name)
        try columns.add(prefix)
        try columns.addList(environments)
        columns.add(createdAt)
        columns.add(updatedAt)
    }
}

extension AccountRecord: StoredRecord {
    static let table = RecordTable(
        "accounts",
        [
            "id", "name", "external_id", "billing_day", "limits", "is_suspended", "suspended_reason", "metadata",
            "created_at", "updated_at", "quotas",
        ])

    init(_ columns: inout ColumnReader) throws {
        self.init(
            id: try columns.id(), name: try columns.text(), externalID: try columns.optionalText(),
            createdAt: Timestamp(milliseconds: 0))
        billingDay = try columns.number(Int.self)
        limits = try columns.list()
        isSuspended = try columns.flag()
        suspendedReason = try columns.optionalText()
        metadata = try columns.metadata()
        createdAt = try columns.time()
        updatedAt = try columns.time()
        quotas = try columns.list()
    }

    func write(to columns: inout ColumnWriter) throws {
        columns.add(id)
        try columns.add(name)
        try columns.add(externalID)
        columns.add(billingDay)
        try columns.addList(limits)
        columns.add(isSuspended)
        try columns.add(suspendedReason)
        try columns.add(metadata)
        columns.add(createdAt)
        columns.add(updatedAt)
        try columns.addList(quotas)
    }
}

extension PlanRecord: StoredRecord {
    static let table = RecordTable(
        "plans", ["id", "name", "scopes", "limits", "maximum_in_flight", "created_at", "updated_at", "quotas"])

    init(_ columns: inout ColumnReader) throws {
        self.init(id: try columns.id(), name: try columns.text(), createdAt: Timestamp(milliseconds: 0))
        scopes = try columns.list()
        limits = try columns.list()
        maximumInFlight = try columns.optionalNumber(Int32.self)
        createdAt = try columns.time()
        updatedAt = try columns.time()
        quotas = try columns.list()
    }

    func write(to columns: inout ColumnWriter) throws {
        columns.add(id)
        try columns.add(name)
        try columns.addList(scopes)
        try columns.addList(limits)
        columns.add(maximumInFlight)
        columns.add(createdAt)
        columns.add(updatedAt)
        try columns.addList(quotas)
    }
}

extension RoleRecord: StoredRecord {
    static let table = RecordTable("roles", ["id", "name", "scopes", "is_built_in", "created_at", "updated_at"])

    init(_ columns: inout ColumnReader) throws {
        self.init(
            id: try columns.id(), name: try columns.text(), scopes: try columns.list(),
            createdAt: Timestamp(milliseconds: 0))
        isBuiltIn = try columns.flag()
        createdAt = try columns.time()
        updatedAt = try columns.time()
    }

    func write(to columns: inout ColumnWriter) throws {
        columns.add(id)
        try columns.add(name)
        try columns.addList(scopes)
        columns.add(isBuiltIn)
        columns.add(createdAt)
        columns.add(updatedAt)
    }
}
