import GRDB
import LanyardStorage

extension SQLiteTransaction {
    func epoch() throws -> Int64 {
        try attempt("reading the epoch") {
            try counted(number("SELECT value FROM epoch", ColumnWriter()))
        }
    }

    func recordChange(_ subject: ChangeSubject) throws -> Change {
        if case .imports = subject { try noteImports() }
        return try attempt("counting a change") {
            let epoch = try number("UPDATE epoch SET value = value + 1 RETURNING value", ColumnWriter())
            return Change(epoch: try counted(epoch), subject: subject)
        }
    }

    private func counted(_ epoch: Int64?) throws -> Int64 {
        guard let epoch else { throw StoreError(.corrupted, "the counter of changes is missing") }
        return epoch
    }
}

// MARK: - Markers

extension SQLiteTransaction {
    /// The marker that any digest was imported. It is the store's own, and so no ``StoreMarker``.
    private static let importsMarker = "has_imports"

    func hasImports() throws -> Bool {
        try marker(named: Self.importsMarker) != nil
    }

    /// Remembers that a digest was imported.
    func noteImports() throws {
        guard !hasNotedImports else { return }
        if try !hasImports() { try setMarker(named: Self.importsMarker, to: "1") }
        hasNotedImports = true
    }

    func marker(_ marker: StoreMarker) throws -> String? {
        try self.marker(named: marker.rawValue)
    }

    func setMarker(_ marker: StoreMarker, to value: String) throws {
        try setMarker(named: marker.rawValue, to: value)
    }

    private func marker(named name: String) throws -> String? {
        try attempt("reading a marker") {
            var values = ColumnWriter()
            try values.add(name)
            return try String.fetchOne(statement("SELECT value FROM markers WHERE name = ?1", values))
        }
    }

    private func setMarker(named name: String, to value: String) throws {
        try attempt("setting a marker") {
            var values = ColumnWriter()
            try values.add(name)
            try values.add(value)
            try execute(
                """
                INSERT INTO markers (name, value) VALUES (?1, ?2)
                ON CONFLICT (name) DO UPDATE SET value = excluded.value
                """, values)
        }
    }
}
