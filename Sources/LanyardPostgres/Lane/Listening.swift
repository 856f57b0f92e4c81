import Synchronization

/// Where the listener will be found by what is made before it, and what it holds itself.
final class Listening: Sendable {
    private struct Place {
        weak var listener: NoticeListener?
    }

    private let place = Mutex(Place())

    var listener: NoticeListener? { place.withLock { $0.listener } }

    func set(_ listener: NoticeListener) { place.withLock { $0.listener = listener } }
}
