/// How often and how long after one another something is tried again.
///
/// The waits double and are jittered by a quarter, so that scripts that were cut off together don't come back together.
struct Backoff: Sendable {
    let attempts: Int
    let first: Duration
    let longest: Duration

    /// For calls: a restart of the server is bridged, and a server that isn't there is reported in about a second.
    static let call = Backoff(attempts: 4, first: .milliseconds(150), longest: .seconds(2))

    /// For an import, which has much to lose: half a minute.
    static let importing = Backoff(attempts: 8, first: .milliseconds(250), longest: .seconds(8))

    /// The wait behind the attempt of that number, counted from 1; nil where it was the last.
    func wait(after attempt: Int, asked: Duration? = nil) -> Duration? {
        guard attempt < attempts else { return nil }
        // Past a few doublings the longest wait rules anyway.
        let doubled = first * (1 << min(attempt - 1, 16))
        let wait = min(max(doubled, asked ?? .zero), longest)
        return wait + wait * Double.random(in: -0.25...0.25)
    }
}
