package import LanyardEngine

/// What a change has made, and where it already holds.
package struct Changed<Value: Sendable>: Sendable {
    package let value: Value
    package let acknowledgement: Acknowledgement

    package init(value: Value, acknowledgement: Acknowledgement) {
        self.value = value
        self.acknowledgement = acknowledgement
    }
}
