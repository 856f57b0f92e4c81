import Synchronization

/// Wakes one waiter; a call that comes while nobody waits is remembered, once.
final class WakeSignal: Sendable {
    private let state = Mutex(State())

    private struct State {
        var isSet = false
        var waiting: CheckedContinuation<Void, Never>?
        /// Which wait it is, so that the time-out of an earlier one wakes nobody.
        var wait = 0
    }

    func wake() {
        let waiting = state.withLock { state in
            defer { state.waiting = nil }
            if state.waiting == nil { state.isSet = true }
            return state.waiting
        }
        waiting?.resume()
    }

    /// Returns when woken, after `time`, or when the task is cancelled. One waits at a time.
    func wait(for time: Duration) async {
        let number = state.withLock { state in
            state.wait += 1
            return state.wait
        }
        let timer = Task {
            try? await Task.sleep(for: time)
            self.end(number)
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if state.isSet || Task.isCancelled || state.wait != number {
                        state.isSet = false
                        return true
                    }
                    state.waiting = continuation
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            end(number)
        }
        timer.cancel()
    }

    private func end(_ number: Int) {
        let waiting = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard state.wait == number else { return nil }
            defer { state.waiting = nil }
            // What comes before the waiting has begun must end it too.
            if state.waiting == nil { state.wait += 1 }
            return state.waiting
        }
        waiting?.resume()
    }
}
