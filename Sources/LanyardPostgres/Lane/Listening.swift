import Synchronization

/// Where the listener will be found by what is made before it.
final class Listening: Sendable {
    private let state = Mutex<NoticeListener?>(nil)

    var listener: NoticeListener? { state.withLock { $0 } }

    func set(_ listener: NoticeListener) { state.withLock { $0 = listener } }
}
