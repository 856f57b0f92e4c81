/// An owner's own JSON object beside a key or account, kept as text and never looked into by a decision.
public struct Metadata: Hashable, Sendable, Codable {
    /// A JSON object.
    public let json: String

    /// The largest object, in bytes of JSON.
    public static let maximumBytes = 16_384
    /// `{}`.
    public static let empty = Metadata(json: "{}")

    /// The text must be a JSON object; whoever parsed it vouches for that.
    package init(json: String) {
        self.json = json
    }
}
