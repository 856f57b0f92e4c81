import LanyardCore
import LanyardStorage

extension FaultyTransaction {
    func settle(limit: Int) throws -> Bool {
        let saved = try reading.savedWindows()
        switch fault {
        case .settlesUsageTwice: try writer().addUsage([someUsage()].compactMap { $0 })
        case .losesSettledUsage: _ = try writer().deleteUsage(before: .max, limit: 1)
        case .settlesForEver:
            _ = try writer().settle(limit: limit)
            return true
        case .settlesOldWindows:
            guard var window = saved.windows.first, let clock = saved.clock else { break }
            window.snapshot.amounts[0] += 1
            try writer().save([window], clock: clock)
        case .losesSettledWindows:
            guard var window = saved.windows.first, let clock = saved.clock else { break }
            window.snapshot.amounts = []
            try writer().save([window], clock: clock)
        case .revivesDeletedWindows:
            guard var window = saved.windows.first, let clock = saved.clock else { break }
            // As if a key that is no more had left it.
            window.subject = Subject(KeyID(high: 0, low: 77))
            try writer().save([window], clock: clock)
        default: break
        }
        return try writer().settle(limit: limit)
    }

    /// A row that was counted already.
    private func someUsage() throws -> UsageRow? {
        let query = UsageQuery(fromMinute: 0, toMinute: .max, interval: .minute, group: .key, limit: 1)
        guard let sum = try reading.usage(query).first, let outcome = sum.outcomes.first else { return nil }
        return UsageRow(
            key: KeyID(sum.position.group), minute: sum.position.minute, outcome: outcome.key, count: outcome.value)
    }
}
