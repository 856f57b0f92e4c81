/// A text that isn't written in the form that was asked for. It tells the form, and nothing of the text.
package struct TextFormError: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}
