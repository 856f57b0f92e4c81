import GRDB
import LanyardCore
import LanyardStorage

extension SQLiteTransaction {
    func key(_ id: KeyID) throws -> KeyRecord? { try record(id) }

    func keys(_ filter: KeyFilter, page: Page<KeyID>) throws -> [KeyRecord] {
        var lists: [[KeyRecord]] = []
        for question in try KeyQuestion.questions(filter, page: page) {
            lists.append(try records(selecting: question.condition, question.values))
        }
        guard lists.count != 1 else { return lists[0] }
        return Array(lists.joined().sorted { $0.id > $1.id }.prefix(max(0, page.limit)))
    }

    /// A digest that exists is met by the insertion itself: looking for it first would cost a tenth of an import. But where
    /// one was met more will be, as when an import is sent again, and those cost nothing but the look.
    func insert(_ key: KeyRecord, secret: SecretRecord) throws -> KeyID? {
        if meetsDuplicates, let owner = try owner(of: secret.digest) { return owner }
        do {
            try insertRow(of: key)
        } catch let error as StoreError where error.code == .constraint {
            // What is wrong with the key is of no account where its digest has another.
            if let owner = try owner(of: secret.digest) { return owner }
            throw error
        }
        guard try insertUnlessDigestExists(secret) else {
            // The key had to come before its secret, which refers to it.
            try deleteRow(key.id, of: KeyRecord.table)
            meetsDuplicates = true
            return try owner(of: secret.digest)
        }
        try attempt("indexing the roles of a key") { try indexRoles(of: key) }
        if key.isImported { try noteImports() }
        return nil
    }

    private func insertRow(of key: KeyRecord) throws {
        try attempt("inserting into keys") {
            var values = ColumnWriter(capacity: KeyRecord.table.columns.count)
            try key.write(to: &values, lists: &keyLists)
            try execute(KeyRecord.table.insert, values)
        }
    }

    func update(_ key: KeyRecord) throws {
        try updateRow(key)
        try attempt("indexing the roles of a key") {
            var values = ColumnWriter()
            values.add(key.id)
            try execute("DELETE FROM key_roles WHERE key = ?1", values)
            try indexRoles(of: key)
        }
    }

    func deleteKey(_ id: KeyID) throws {
        try deleteRow(id, of: KeyRecord.table)
        try deleteWindows(of: Subject(id))
        try deleteBalances(of: Subject(id))
    }

    private func indexRoles(of key: KeyRecord) throws {
        for role in key.roles {
            var values = ColumnWriter()
            values.add(role)
            values.add(key.id)
            // A role that the record names twice is one role.
            try execute("INSERT INTO key_roles (role, key) VALUES (?1, ?2) ON CONFLICT DO NOTHING", values)
        }
    }
}

// MARK: - Secrets

extension SQLiteTransaction {
    func secret(_ digest: SecretDigest) throws -> SecretRecord? {
        var values = ColumnWriter()
        values.add(digest)
        return try firstRecord(selecting: "WHERE digest = ?1", values)
    }

    func secrets(of key: KeyID) throws -> [SecretRecord] {
        var values = ColumnWriter()
        values.add(key)
        return try records(
            selecting: "WHERE key = ?1 ORDER BY grace_ends_at IS NOT NULL, created_at DESC, grace_ends_at DESC, digest",
            values)
    }

    func insert(_ secret: SecretRecord) throws -> Bool {
        try insertUnlessDigestExists(secret)
    }

    private func insertUnlessDigestExists(_ secret: SecretRecord) throws -> Bool {
        try attempt("inserting into \(SecretRecord.table.name)") {
            var values = ColumnWriter(capacity: SecretRecord.table.columns.count)
            try secret.write(to: &values)
            return try execute(Self.insertUnlessDigestExists, values) == 1
        }
    }

    private static let insertUnlessDigestExists = SecretRecord.table.insert + " ON CONFLICT (digest) DO NOTHING"

    func setGrace(of digest: SecretDigest, endsAt: Timestamp?) throws {
        try attempt("setting a secret's grace") {
            var values = ColumnWriter()
            values.add(digest)
            values.add(endsAt)
            guard try execute("UPDATE secrets SET grace_ends_at = ?2 WHERE digest = ?1", values) == 1 else {
                throw StoreError(.constraint, "no secret has this digest")
            }
        }
    }

    func deleteSecret(_ digest: SecretDigest) throws {
        try attempt("deleting a secret") {
            var values = ColumnWriter()
            values.add(digest)
            try execute("DELETE FROM secrets WHERE digest = ?1", values)
        }
    }

    private func owner(of digest: SecretDigest) throws -> KeyID? {
        try attempt("looking for a digest") {
            var values = ColumnWriter()
            values.add(digest)
            guard let row = try Row.fetchOne(statement("SELECT key FROM secrets WHERE digest = ?1", values)) else {
                return nil
            }
            var columns = ColumnReader(row, of: SecretRecord.table.name)
            return try columns.id()
        }
    }
}
