public import LanyardStorage

/// One promise that every store keeps, as a check that runs on a fresh store.
public struct StoreCheck: Sendable, CustomStringConvertible {
    /// The promise, as a sentence.
    public let name: String
    private let body: @Sendable (any Store, Expectations) async throws -> Void

    init(_ name: String, _ body: @escaping @Sendable (any Store, Expectations) async throws -> Void) {
        self.name = name
        self.body = body
    }

    /// The promise.
    public var description: String { name }

    /// Runs the check on a store that nothing was written to.
    /// - Throws: ``ConformanceFailure`` where the promise is broken; a `StoreError` where the store failed.
    public func run(on store: any Store) async throws {
        try await body(store, Expectations(check: name))
    }
}
