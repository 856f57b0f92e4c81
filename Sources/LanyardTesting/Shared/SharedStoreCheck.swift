public import LanyardStorage

/// One promise that every shared store keeps, as a check that runs on a fresh store.
public struct SharedStoreCheck: Sendable, CustomStringConvertible {
    /// The promise, as a sentence.
    public let name: String
    private let body: @Sendable ([any SharedStore], Expectations) async throws -> Void

    init(_ name: String, _ body: @escaping @Sendable ([any SharedStore], Expectations) async throws -> Void) {
        self.name = name
        self.body = body
    }

    /// The promise.
    public var description: String { name }

    /// Runs the check on ``SharedStoreConformance/openings`` openings of a store that nothing was written to.
    /// - Parameters:
    ///   - stores: The openings.
    ///   - patience: How long to wait for what the store should tell by itself.
    /// - Throws: ``ConformanceFailure`` where the promise is broken; a `StoreError` where the store failed.
    public func run(on stores: [any SharedStore], patience: Duration = .seconds(20)) async throws {
        try await body(stores, Expectations(check: name, patience: patience))
    }
}

extension SharedStore {
    /// The nodes, as this opening of the store sees them.
    func nodes() async throws -> [NodeStanding] {
        try await read { try $0.nodes() }
    }

    /// The node's standing, as this opening of the store sees it.
    func standing(of node: NodeDescription) async throws -> NodeStanding? {
        try await nodes().first { $0.node.id == node.id }
    }

    /// Makes a change that means nothing to anybody.
    @discardableResult
    func change(_ subject: ChangeSubject) async throws -> Int64 {
        try await write { try $0.recordChange(subject).epoch }
    }
}

extension Samples {
    static func node(_ number: Int) -> NodeDescription {
        NodeDescription(
            id: id(8000 + number), host: "host \(number) \(oddText)", version: "1.2.\(number)",
            startedAt: time(1_795_262_400_000 + Int64(number)), stalenessBoundMilliseconds: 30_000 + Int64(number))
    }
}
