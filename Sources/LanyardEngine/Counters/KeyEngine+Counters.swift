import LanyardStorage
import Logging

extension KeyEngine {
    /// Where this node counts rolling limits together with others; `nil` if it counts by itself.
    static func counters(
        _ source: CounterSource?, _ store: any Store, _ configuration: EngineConfiguration, _ logger: Logger
    ) throws -> (any SharedCounters)? {
        guard let shared = store as? any SharedStore else {
            if source == nil { return nil }
            throw StoreError(.cannotOpen, "only nodes that share a PostgreSQL database have counters to share")
        }
        guard let source else { return shared }
        return try source.open(
            CounterSource.Context(
                registry: shared, confidence: min(configuration.stalenessBound, longestConfidence),
                // Whatever bound another node was given.
                silence: longestConfidence + .seconds(1), logger: logger))
    }

    /// How long counters that were lost stay unused, and how long a database may be away before they do.
    private static let longestConfidence = Duration.seconds(5)
}
