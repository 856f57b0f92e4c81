import LanyardStorage

extension CopiedColumn.Kind {
    var type: ColumnType {
        switch self {
        case .id: .uuid
        case .number: .int8
        case .flag: .bool
        case .text: .text
        case .bytes: .bytea
        }
    }

    var typeName: String {
        switch self {
        case .id: "uuid"
        case .number: "bigint"
        case .flag: "boolean"
        case .text: "text"
        case .bytes: "bytea"
        }
    }
}

extension CopiedColumn {
    /// In an order that does not depend on the database's language.
    fileprivate var ordered: String { kind == .text ? "\(name) COLLATE \"C\"" : name }
}

extension CopiedTable {
    var columnList: String { columns.map(\.name).joined(separator: ", ") }
    private var keyList: String { key.map(\.name).joined(separator: ", ") }

    /// The rows behind a key, whose values are `$1`, `$2` …, or the first ones.
    func selection(after hasKey: Bool, limit: Int) -> String {
        var terms: [String] = []
        if let excluded {
            let texts = excluded.texts.map { "'\($0)'" }.joined(separator: ", ")
            terms.append("\(excluded.column) NOT IN (\(texts))")
        }
        let order = key.map(\.ordered).joined(separator: ", ")
        if hasKey {
            let places = key.enumerated().map { "$\($0 + 1)::\($1.kind.typeName)" }.joined(separator: ", ")
            terms.append("(\(order)) > (\(places))")
        }
        let condition = terms.isEmpty ? "" : " WHERE " + terms.joined(separator: " AND ")
        return "SELECT \(columnList) FROM \(name)\(condition) ORDER BY \(order) LIMIT \(limit)"
    }

    /// Columns as arrays, in the order of the table.
    private func arrays(_ columns: ArraySlice<CopiedColumn>) -> String {
        "unnest(\(columns.enumerated().map { "$\($0 + 1)::\($1.kind.typeName)[]" }.joined(separator: ", ")))"
    }

    var replacement: String {
        let assignments = columns.dropFirst(keyCount).map { "\($0.name) = excluded.\($0.name)" }
        let change = assignments.isEmpty ? "NOTHING" : "UPDATE SET \(assignments.joined(separator: ", "))"
        return """
            INSERT INTO \(name) (\(columnList)) SELECT * FROM \(arrays(columns[...]))
            ON CONFLICT (\(keyList)) DO \(change)
            """
    }

    var deletion: String { "DELETE FROM \(name) USING \(matching)" }

    /// A value that is its row's alone: it is in no form that names and ids of others can have. `nil` where nothing has to
    /// be let go.
    var release: String? {
        guard let uniqueColumn else { return nil }
        let value = uniqueColumn.isOptional ? "NULL" : "'\u{1}' || \(name).id::text"
        return "UPDATE \(name) SET \(uniqueColumn.name) = \(value) FROM \(matching)"
    }

    private var matching: String {
        let names = key.map { "gone_\($0.name)" }.joined(separator: ", ")
        let terms = key.map { "\(name).\($0.name) = gone.gone_\($0.name)" }.joined(separator: " AND ")
        return "\(arrays(key)) AS gone (\(names)) WHERE \(terms)"
    }
}
