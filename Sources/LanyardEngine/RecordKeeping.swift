import Synchronization

/// What an engine keeps of what has happened. Apart from ``EngineConfiguration``, because it may change while it runs.
package struct RecordKeeping: Sendable {
    /// How long usage is kept by the minute, in days; what is older is put together by the hour.
    package var usageByMinuteDays: Int32 = 14
    /// How long usage is kept at all, in days.
    package var usageDays: Int32 = 400
    /// So many refused attempts of one sort from one address within a minute are worth a line in the log; 0 for none.
    package var attemptWarning = 100

    package init() {}
}

extension KeyEngine {
    /// Goes by `records` from now on.
    package func keep(_ records: RecordKeeping) {
        self.records.withLock { $0 = records }
        attempts.setThreshold(records.attemptWarning)
    }
}
