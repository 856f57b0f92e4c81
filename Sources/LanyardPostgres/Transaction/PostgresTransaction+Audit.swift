import LanyardCore
import LanyardStorage

extension PostgresTransaction {
    func append(_ event: AuditEvent) throws -> AuditEntry {
        try attempt("appending to the audit log") {
            // Read anew each time: a copy in memory would be wrong as soon as a transaction is undone.
            let newest: AuditEntry? = try firstRecord(selecting: "ORDER BY sequence DESC LIMIT 1", ColumnWriter())
            let entry = AuditEntry(
                sequence: (newest?.sequence ?? 0) + 1, event: event,
                previousHash: newest?.hash ?? AuditEntry.firstPreviousHash)
            var values = ColumnWriter(capacity: AuditEntry.table.columns.count)
            try entry.write(to: &values)
            try execute(AuditEntry.table.insert, values)
            return entry
        }
    }

    func auditEntries(_ filter: AuditFilter, before: Int64?, limit: Int) throws -> [AuditEntry] {
        var values = ColumnWriter(capacity: 7)
        var terms: [String] = []
        var valueCount = 0
        func add(_ term: String, _ value: (inout ColumnWriter) throws -> Void) rethrows {
            try value(&values)
            valueCount += 1
            terms.append("\(term) $\(valueCount)")
        }
        if let before { add("sequence <") { $0.add(before) } }
        if let target = filter.target { try add("target =") { try $0.add(target) } }
        if let actor = filter.actor { add("actor =") { $0.add(actor) } }
        if let action = filter.action { try add("action =") { try $0.add(action) } }
        if let from = filter.from { add("at >=") { $0.add(from) } }
        if let to = filter.to { add("at <") { $0.add(to) } }
        values.add(max(0, limit))
        let conjunction = terms.isEmpty ? "" : "WHERE \(terms.joined(separator: " AND ")) "
        return try auditEntries("\(conjunction)ORDER BY sequence DESC LIMIT $\(valueCount + 1)", values)
    }

    func auditEntries(from first: Int64, limit: Int) throws -> [AuditEntry] {
        var values = ColumnWriter()
        values.add(first)
        values.add(max(0, limit))
        return try auditEntries("WHERE sequence >= $1 ORDER BY sequence LIMIT $2", values)
    }

    private func auditEntries(_ condition: String, _ values: ColumnWriter) throws -> [AuditEntry] {
        try records(selecting: condition, values)
    }
}

extension AuditEntry: StoredRecord {
    static let table = RecordTable(
        "audit",
        [
            "sequence", "at", "actor", "actor_name", "action", "target", "before", "after", "request_id",
            "previous_hash", "hash",
        ])

    init(_ columns: inout ColumnReader) throws {
        let sequence = try columns.number()
        let event = AuditEvent(
            at: try columns.time(), actor: try columns.optionalID(), actorName: try columns.text(),
            action: try columns.text(), target: try columns.text(), before: try columns.optionalText(),
            after: try columns.optionalText(), requestID: try columns.optionalText())
        self.init(
            sequence: sequence, event: event, previousHash: try columns.bytes(), storedHash: try columns.bytes())
    }

    func write(to columns: inout ColumnWriter) throws {
        columns.add(sequence)
        columns.add(event.at)
        columns.add(event.actor)
        try columns.add(event.actorName)
        try columns.add(event.action)
        try columns.add(event.target)
        try columns.add(event.before)
        try columns.add(event.after)
        try columns.add(event.requestID)
        columns.add(previousHash)
        columns.add(hash)
    }
}
