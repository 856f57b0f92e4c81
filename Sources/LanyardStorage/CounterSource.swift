public import Logging

/// Where nodes count rolling limits together, if not in the store that they share; made by the adapters, as
/// `.valkey("valkeys://counters")`.
public struct CounterSource: Sendable {
    /// What counters need of the node that uses them.
    public struct Context: Sendable {
        /// Where it is written which counters are the valid ones.
        public let registry: any CounterRegistry
        /// For how long counters may be used after it was confirmed that they are the valid ones.
        public let confidence: Duration
        /// How long no node may have confirmed a name before another takes its place; at least every node's confidence.
        public let silence: Duration
        /// Hears what an operator should know.
        public let logger: Logger

        /// A context.
        public init(
            registry: any CounterRegistry, confidence: Duration, silence: Duration? = nil, logger: Logger
        ) {
            self.registry = registry
            self.confidence = confidence
            self.silence = silence ?? confidence
            self.logger = logger
        }
    }

    /// Makes the counters. They may connect later.
    public let open: @Sendable (Context) throws -> any SharedCounters

    /// A source of an adapter's.
    public init(open: @escaping @Sendable (Context) throws -> any SharedCounters) {
        self.open = open
    }
}
