/// How large a document may be before it is refused, whatever it says.
package struct JSONLimits: Sendable {
    /// How deep arrays and objects may stand in each other.
    package var depth: Int
    /// The longest text of a number, in bytes.
    package var numberLength: Int
    /// How many members one object may have.
    package var members: Int
    /// How many values the whole document may have. Its bytes are bounded where the body is read.
    package var values: Int

    package init(depth: Int = 32, numberLength: Int = 64, members: Int = 1_024, values: Int = 100_000) {
        self.depth = depth
        self.numberLength = numberLength
        self.members = members
        self.values = values
    }

    package static let standard = JSONLimits()
}
