/// A value that is written as one string wherever it is encoded: in JSON, in a database, in a configuration.
///
/// Conforming types give their text (`description`) and read it back (`init?(_:)`); encoding and decoding follow from
/// that. A text that does not parse is refused with `DecodingError.dataCorrupted`, which names the type and never
/// repeats the text, for it may hold what was pasted into the wrong field.
public protocol TextCodable: Codable, LosslessStringConvertible {}

extension TextCodable {
    /// Reads the value from its text.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let value = Self(text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "The text is not a valid \(Self.self).")
        }
        self = value
    }

    /// Writes the value as its text.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
