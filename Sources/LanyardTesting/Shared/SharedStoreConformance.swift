public import LanyardStorage

// # What every shared store promises
//
// Beside what every store does (`StoreConformance`), a shared one knows its nodes, remembers its changes and tells of
// them. These checks open one store several times, as several nodes would, and look at it from all of them.
//
//     @Test(arguments: SharedStoreConformance.checks)
//     func conforms(check: SharedStoreCheck) async throws {
//         try await SharedStoreConformance { count in … }.run(check)
//     }
//
// Time is the store's own and goes by itself, so checks that need some wait for it; none demands that anything is quick.

/// The suite that every store passes which several nodes share.
public struct SharedStoreConformance: Sendable {
    /// How often each check has its store opened.
    public static let openings = 3
    private let open: @Sendable (_ count: Int) async throws -> [any SharedStore]
    private let patience: Duration

    /// The suite for stores that `open` opens so many times: each time another one, which nothing was written to.
    /// - Parameters:
    ///   - patience: How long to wait for what a store should tell by itself.
    ///   - open: Opens one store that many times.
    public init(
        patience: Duration = .seconds(20), _ open: @escaping @Sendable (_ count: Int) async throws -> [any SharedStore]
    ) {
        self.patience = patience
        self.open = open
    }

    /// Every check, in the order of the protocols.
    public static let checks: [SharedStoreCheck] =
        nodeChecks + silenceChecks + changeLogChecks + noticeChecks
        + counterChecks + callChecks

    /// Opens a store, runs one check on it and closes it.
    /// - Throws: ``ConformanceFailure`` where the promise is broken; a `StoreError` where the store failed.
    public func run(_ check: SharedStoreCheck) async throws {
        let stores = try await open(Self.openings)
        do {
            try await check.run(on: stores, patience: patience)
        } catch {
            // The failure that was found says more than one of closing after it.
            for store in stores { try? await store.close() }
            throw error
        }
        for store in stores { try await store.close() }
    }
}
