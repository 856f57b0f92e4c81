// # What a node holds of the places in flight
//
// Where several nodes count calls in flight together, a node grants only into places that it holds, and has as many calls
// open as it holds places, or fewer. It asks for what calls wait for, and where there are many keeps a few more, a
// sixteenth of all at most, so that a busy key need not ask each time; what nobody has used for a second is given back.
// Where there are fewer than sixteen, each call asks, and each end gives its place back at once.

/// The places in flight that this node holds of one key. An object of its own, for most keys bound no calls; it is reached
/// under the lock of the key's state alone.
final class PlaceBook {
    /// Places that this node may fill. The store counts as many, or more.
    var held: Int32 = 0
    /// Calls that wait for a place.
    var waiting: Int32 = 0
    /// In the queue of the keeper of places.
    var isListed = false
    /// The store has not answered what was asked last.
    var isUnanswered = false
    /// Until when it is known that other nodes hold all the rest.
    var fullUntil = MonotonicInstant(nanoseconds: .min)
    var lastUse = MonotonicInstant(nanoseconds: .min)

    /// One part in so many may be held for calls to come.
    static let spareDivisor: Int32 = 16
    /// After so long without a call nothing is held for those to come.
    static let idleNanoseconds: Int64 = 1_000_000_000
    /// How long it is taken for certain that there is no place, once a call has waited for one in vain.
    static let knowledgeNanoseconds: Int64 = 200_000_000

    func isIdle(at now: MonotonicInstant) -> Bool {
        lastUse.nanoseconds <= now.nanoseconds &- Self.idleNanoseconds
    }
}

extension AllowanceState.Content {
    /// Whether there is a place in flight for another call.
    enum Place: Sendable {
        case free
        case none
        /// The other nodes must be asked.
        case unknown
    }

    func place(at now: MonotonicInstant) -> Place {
        guard maximumInFlight != .max, let places else { return .free }
        if inFlight < places.held { return .free }
        return now < places.fullUntil ? .none : .unknown
    }
}
