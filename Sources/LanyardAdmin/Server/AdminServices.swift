import LanyardCore
import LanyardEngine
import LanyardManagement
import Logging

/// What endpoints work with.
struct AdminServices: Sendable {
    let engine: KeyEngine
    let management: Management
    let configuration: AdminConfiguration
    /// What `/metrics` tells, in Prometheus' text format.
    let metrics: @Sendable () -> String
    /// The listeners' addresses, known once they are bound.
    let addresses: @Sendable () -> (data: String, admin: String)
    let logger: Logger
    let counters = AdminMetrics()
}
