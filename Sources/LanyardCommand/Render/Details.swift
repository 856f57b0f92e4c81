import LanyardWire

/// One object, a line a field: names in one column, values in the other.
struct Details {
    private(set) var fields: [(name: String, value: Table.Cell)] = []

    mutating func add(_ name: String, _ value: String, _ ink: Ink? = nil) {
        fields.append((name, Table.Cell(value, ink)))
    }

    /// Adds a field only where it says something.
    mutating func addUnlessEmpty(_ name: String, _ value: String, _ ink: Ink? = nil) {
        if !value.isEmpty, value != JSONValue.nothing { add(name, value, ink) }
    }

    func lines(style: Style) -> [String] {
        let width = fields.map { TextWidth.columns($0.name) }.max() ?? 0
        return fields.map { field in
            let padding = String(repeating: " ", count: width - TextWidth.columns(field.name) + 2)
            return style.inked(field.name, .faint) + padding + style.inked(field.value.text, field.value.ink)
        }
    }
}
