public import LanyardStorage

// # What every store promises
//
// The protocols of LanyardStorage say what a store does; these checks say so in a form that runs. An adapter passes all
// of them, or it is none. They use nothing but the protocols, and no framework of tests: whatever runs an adapter's tests
// runs them too.
//
//     @Test(arguments: StoreConformance.checks)
//     func conforms(check: StoreCheck) async throws {
//         try await StoreConformance { .inMemory }.run(check)
//     }
//
// Lists, filters and sums are compared with a model: the same records in an array, asked the same question.

/// The suite that every adapter's store passes.
public struct StoreConformance: Sendable {
    private let makeSource: @Sendable () async throws -> StoreSource

    /// The suite for stores that `makeSource` names: each time another one, which nothing was written to.
    public init(_ makeSource: @escaping @Sendable () async throws -> StoreSource) {
        self.makeSource = makeSource
    }

    /// Every check, in the order of the protocols.
    public static let checks: [StoreCheck] =
        recordChecks + secretChecks + keyListChecks + referenceChecks + transactionChecks + concurrencyChecks
        + auditChecks + usageChecks + answerChecks + windowChecks + settlingChecks + ledgerChecks

    /// Runs every check, each on a store of its own.
    /// - Throws: The first ``ConformanceFailure``, or what the store threw.
    public func all() async throws {
        for check in Self.checks { try await run(check) }
    }

    /// Opens a store, runs one check on it and closes it.
    /// - Throws: ``ConformanceFailure`` where the promise is broken; a `StoreError` where the store failed.
    public func run(_ check: StoreCheck) async throws {
        let store = try await makeSource().open()
        do {
            try await check.run(on: store)
        } catch {
            // The failure that was found says more than one of closing after it.
            try? await store.close()
            throw error
        }
        try await store.close()
    }
}
