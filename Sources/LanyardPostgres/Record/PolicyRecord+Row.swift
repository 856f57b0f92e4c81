import LanyardCore

extension PolicyRecord: StoredRecord {
    static let table = RecordTable(
        "policies",
        [
            "id", "name", "project", "environment", "scope", "cost_requests", "cost_tokens", "cost_nano_usd", "dialect",
            "key_from", "methods", "paths", "created_at", "updated_at",
        ])

    init(_ columns: inout ColumnReader) throws {
        self.init(id: try columns.id(), name: try columns.text(), createdAt: Timestamp(milliseconds: 0))
        project = try columns.optionalID()
        environment = try columns.optionalValue()
        scope = try columns.optionalText()
        costs = Costs(requests: try columns.number(), tokens: try columns.number(), nanoUSD: try columns.number())
        dialect = try columns.choice()
        keyFrom = try columns.list()
        methods = try columns.list()
        paths = try columns.list()
        createdAt = try columns.time()
        updatedAt = try columns.time()
    }

    func write(to columns: inout ColumnWriter) throws {
        columns.add(id)
        try columns.add(name)
        columns.add(project)
        try columns.add(environment)
        try columns.add(scope)
        columns.add(costs.requests)
        columns.add(costs.tokens)
        columns.add(costs.nanoUSD)
        try columns.add(dialect)
        try columns.addList(keyFrom)
        try columns.addList(methods)
        try columns.addList(paths)
        columns.add(createdAt)
        columns.add(updatedAt)
    }
}
