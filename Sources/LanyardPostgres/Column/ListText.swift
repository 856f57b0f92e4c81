import Foundation
import LanyardStorage

/// A list within one column, as JSON.
enum ListText {
    /// `nil` for an empty list: nearly all are, and nothing is shorter than NULL.
    static func text(_ list: [some Encodable]) throws -> String? {
        guard !list.isEmpty else { return nil }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let bytes = try? encoder.encode(list) else {
            throw StoreError(.constraint, "a list can't be written as JSON")
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// `nil` if the text isn't such a list.
    static func list<Element: Decodable>(_ text: String, of _: Element.Type) -> [Element]? {
        try? JSONDecoder().decode([Element].self, from: Data(text.utf8))
    }
}

/// The text of the list that was written last. Rows that come together, as in an import, mostly carry the same lists,
/// and encoding them would cost more than all the rest of the row.
struct LastListText<Element: Codable & Equatable> {
    private var list: [Element] = []
    private var text: String?

    mutating func text(_ list: [Element]) throws -> String? {
        if list.isEmpty { return nil }
        if list != self.list {
            text = try ListText.text(list)
            self.list = list
        }
        return text
    }
}
