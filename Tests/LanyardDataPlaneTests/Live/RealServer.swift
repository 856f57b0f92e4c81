import LanyardCore
import LanyardEngine
import LanyardManagement
import LanyardSQLite
import Logging
import Synchronization

@testable import LanyardDataPlane

/// A server on a real engine and store, as they run in production but for the disk.
struct RealServer {
    let engine: KeyEngine
    let management: Management
    let listener: Listener
    /// Holds every `lanyard:` scope.
    let administrator: Secret

    /// Makes a key of the project `default`.
    func key(_ change: (inout KeyDraft) -> Void = { _ in }) async throws -> IssuedKey {
        var draft = KeyDraft(name: "a key")
        change(&draft)
        return try await management.createKey(draft, as: .operator).value
    }

    func ask(
        _ method: String, _ target: String, key: Secret? = nil, _ fields: [String] = [], body: String? = nil
    ) async throws -> RawAnswer {
        try await listener.ask(method, target, key: key, fields, body: body)
    }
}

func withRealServer(
    engine configuration: EngineConfiguration = EngineConfiguration(),
    logger: Logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
    configure: (inout DataPlaneConfiguration) -> Void = { _ in }, _ body: (RealServer) async throws -> Void
) async throws {
    let engine = try await KeyEngine(.inMemory, configuration: configuration, logger: logger)
    let management = Management(engine: engine)
    let secret = Mutex<Secret?>(nil)
    try await management.bootstrap { new in secret.withLock { $0 = new } }
    guard let administrator = secret.withLock({ $0 }) else { return }
    try await withListener(engine, management, logger: logger, configure: configure) { listener in
        try await body(
            RealServer(engine: engine, management: management, listener: listener, administrator: administrator))
    }
    try await engine.shutDown()
}
