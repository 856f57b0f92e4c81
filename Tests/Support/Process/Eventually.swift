/// Waits until `condition` holds; two minutes at most, which only something that hangs takes.
package func eventually(
    _ what: String, log: () -> String = { "" }, _ condition: () async throws -> Bool
) async throws {
    let start = ContinuousClock.now
    while ContinuousClock.now - start < .seconds(TestRun.seconds(120)) {
        if try await condition() { return }
        try await Task.sleep(for: .milliseconds(10))
    }
    throw Unfulfilled(description: "waited in vain until \(what) \(log())")
}

package struct Unfulfilled: Error, CustomStringConvertible {
    package let description: String

    package init(description: String) {
        self.description = description
    }
}
