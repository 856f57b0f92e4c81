/// What an outside observer knows of a grant: it was admitted at some moment between these two.
struct ObservedGrant: Sendable {
    /// When its request was about to be sent, in nanoseconds of the observer's monotonic clock.
    let sent: Int64
    /// When its answer had arrived.
    let answered: Int64
}

// # What an outside observer can hold a limit to
//
// It sees no moment of admission, only two moments around each. So it calls a window over-full where N + 1 grants lie
// within less than W for certain: all of them were sent after a moment and answered less than W after that moment. The
// earliest such moment is one at which a grant was sent, so only these are looked at.

extension [ObservedGrant] {
    /// The most grants that certainly lie within any stretch of `window`.
    func most(within window: Duration) -> Int {
        let length = window.nanoseconds
        let grants = sorted { $0.sent < $1.sent }
        var most = 0
        for (index, first) in grants.enumerated() {
            let end = first.sent + length
            var count = 0
            for grant in grants[index...] {
                if grant.sent >= end { break }
                if grant.answered < end { count += 1 }
            }
            most = Swift.max(most, count)
        }
        return most
    }

    /// How many were answered within so long after the first was sent.
    func count(within time: Duration) -> Int {
        guard let start = map(\.sent).min() else { return 0 }
        return count { $0.answered < start + time.nanoseconds }
    }
}

extension Duration {
    var nanoseconds: Int64 { components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000 }
}
