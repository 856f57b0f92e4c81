import LanyardCore
import LanyardStorage

extension PostgresTransaction {
    func idempotentAnswer(_ id: IdempotencyID) throws -> IdempotentAnswer? {
        var values = ColumnWriter()
        values.add(id.caller)
        values.add(id.keyHash)
        return try firstRecord(selecting: "WHERE caller = $1 AND key_hash = $2", values)
    }

    func insert(_ answer: IdempotentAnswer) throws -> Bool {
        try attempt("remembering an answer") {
            var values = ColumnWriter(capacity: IdempotentAnswer.table.columns.count)
            try answer.write(to: &values)
            return try execute("\(IdempotentAnswer.table.insert) ON CONFLICT DO NOTHING", values) == 1
        }
    }

    func deleteIdempotentAnswers(before moment: Timestamp) throws {
        try attempt("forgetting answers") {
            var values = ColumnWriter()
            values.add(moment)
            try execute("DELETE FROM idempotency WHERE created_at < $1", values)
        }
    }

    func eraseIdempotentBodies(before moment: Timestamp) throws {
        try attempt("erasing answers") {
            var values = ColumnWriter()
            values.add(moment)
            try execute(
                "UPDATE idempotency SET sealed_body = '' WHERE created_at < $1 AND length(sealed_body) > 0", values)
        }
    }
}

extension IdempotentAnswer: StoredRecord {
    static let table = RecordTable(
        "idempotency", ["caller", "key_hash", "request_hash", "status", "sealed_body", "target", "created_at"])

    init(_ columns: inout ColumnReader) throws {
        self.init(
            id: IdempotencyID(caller: try columns.id(), keyHash: try columns.bytes()),
            requestHash: try columns.bytes(), status: try columns.number(Int.self), sealedBody: try columns.bytes(),
            target: try columns.text(), createdAt: try columns.time())
    }

    func write(to columns: inout ColumnWriter) throws {
        columns.add(id.caller)
        columns.add(id.keyHash)
        columns.add(requestHash)
        columns.add(status)
        columns.add(sealedBody)
        try columns.add(target)
        columns.add(createdAt)
    }
}
