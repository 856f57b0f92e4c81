import LanyardCore

extension SecretRecord: StoredRecord {
    static let table = RecordTable("secrets", ["digest", "key", "public_key", "created_at", "grace_ends_at"])

    init(_ columns: inout ColumnReader) throws {
        self.init(
            digest: try columns.digest(), key: try columns.id(), publicKey: try columns.optionalPublicKey(),
            createdAt: try columns.time(), graceEndsAt: try columns.optionalTime())
    }

    func write(to columns: inout ColumnWriter) throws {
        columns.add(digest)
        columns.add(key)
        columns.add(publicKey)
        columns.add(createdAt)
        columns.add(graceEndsAt)
    }
}
