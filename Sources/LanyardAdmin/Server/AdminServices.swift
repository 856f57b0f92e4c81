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
    let logger: Logger
    let counters = AdminMetrics()
}
