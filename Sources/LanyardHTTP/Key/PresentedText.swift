package import LanyardCore

/// A text that somebody presented as a key: it prints as `<REDACTED>`, and is lent rather than copied.
///
/// It shares the storage of the header field that it was read from, so it doesn't outlive its request.
package struct PresentedText: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    private let text: Substring

    init(_ text: Substring) {
        self.text = text
    }

    package func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        text.withBytes(body)
    }

    /// A copy that is erased when it is let go.
    package var secret: Secret { withUnsafeBytes { Secret(presented: $0) } }

    /// Whether both are the same bytes.
    func isSame(as other: PresentedText) -> Bool {
        withUnsafeBytes { left in other.withUnsafeBytes { left.holdsSameBytes(as: $0) } }
    }

    package var description: String { "<REDACTED>" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: ["text": description]) }
}
