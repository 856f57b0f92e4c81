package import LanyardCore
package import LanyardEngine

extension Management {
    /// Which addresses tried keys that they may not use, on this node and since it started; the busiest first. It names
    /// keys of every project, and so needs its scope without a bound.
    package func refusedAttempts(
        limit: Int, code: DenialCode?, as caller: Caller
    ) throws(ManagementError) -> AttemptReport {
        try caller.require(.auditRead)
        return engine.attemptReport(limit: limit, code: code)
    }
}
