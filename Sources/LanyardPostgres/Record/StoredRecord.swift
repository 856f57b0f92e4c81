/// A table that holds one record a row, and the statements that are the same for all of them.
struct RecordTable: Sendable {
    let name: String
    /// In the order in which a record is read and written; the first is the id.
    let columns: [String]
    let select: String
    let insert: String
    let update: String

    init(_ name: String, _ columns: [String]) {
        self.name = name
        self.columns = columns
        let places = columns.indices.map { "$\($0 + 1)" }
        let assignments = zip(columns, places).dropFirst().map { "\($0) = \($1)" }
        select = "SELECT \(columns.joined(separator: ", ")) FROM \(name)"
        insert = "INSERT INTO \(name) (\(columns.joined(separator: ", "))) VALUES (\(places.joined(separator: ", ")))"
        update = "UPDATE \(name) SET \(assignments.joined(separator: ", ")) WHERE \(columns[0]) = $1"
    }
}

/// A record that is one row.
protocol StoredRecord {
    static var table: RecordTable { get }

    /// Takes its columns in the table's order.
    init(_ columns: inout ColumnReader) throws

    /// Gives its columns in the table's order.
    func write(to columns: inout ColumnWriter) throws
}
