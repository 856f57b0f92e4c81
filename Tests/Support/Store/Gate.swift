import Synchronization

/// Where a test makes others wait.
package final class Gate: Sendable {
    private let content = Mutex(Content())

    private struct Content {
        var isClosed = false
        var held: [CheckedContinuation<Void, Never>] = []
        var awaitingHeld: [(count: Int, CheckedContinuation<Void, Never>)] = []
    }

    package init() {}

    /// From now on whoever comes waits.
    package func close() { content.withLock { $0.isClosed = true } }

    /// Lets go of everybody who waits, and of those to come.
    package func open() {
        let held = content.withLock { content in
            defer { content.held = [] }
            content.isClosed = false
            return content.held
        }
        for continuation in held { continuation.resume() }
    }

    /// Returns at once if the gate is open, else when it is opened.
    package func pass() async {
        await withCheckedContinuation { continuation in
            let (passes, woken) = content.withLock { content -> (Bool, [CheckedContinuation<Void, Never>]) in
                guard content.isClosed else { return (true, []) }
                content.held.append(continuation)
                let ready = content.awaitingHeld.filter { $0.count <= content.held.count }.map(\.1)
                content.awaitingHeld.removeAll { $0.count <= content.held.count }
                return (false, ready)
            }
            for waiter in woken { waiter.resume() }
            if passes { continuation.resume() }
        }
    }

    /// Returns once so many wait.
    package func waitUntilHeld(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let isThere = content.withLock { content in
                if content.held.count >= count { return true }
                content.awaitingHeld.append((count, continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
    }
}
