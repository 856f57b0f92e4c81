package import LanyardStorage
import Synchronization

/// A store whose answers a test can hold back after they were read, and that can be made to fail.
package final class GatedStore: Store {
    private let base: any Store
    private let content = Mutex(Content())

    private struct Content {
        var isClosed = false
        var held: [CheckedContinuation<Void, Never>] = []
        var awaitingHeld: [(count: Int, CheckedContinuation<Void, Never>)] = []
        var reads = 0
        var failsWrites = false
        var failsReads = false
    }

    package init(_ base: any Store) {
        self.base = base
    }

    package var reads: Int { content.withLock { $0.reads } }

    package func failWrites(_ fails: Bool) { content.withLock { $0.failsWrites = fails } }

    package func failReads(_ fails: Bool) { content.withLock { $0.failsReads = fails } }

    /// From now on answers to reads wait.
    package func closeGate() { content.withLock { $0.isClosed = true } }

    /// Lets go of every answer that waits, and of those to come.
    package func openGate() {
        let held = content.withLock { content in
            defer { content.held = [] }
            content.isClosed = false
            return content.held
        }
        for continuation in held { continuation.resume() }
    }

    /// Returns once `count` answers wait.
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

    package func read<Result: Sendable>(_ body: @escaping @Sendable (any StoreReading) throws -> Result) async throws
        -> Result
    {
        let fails = content.withLock { content in
            content.reads += 1
            return content.failsReads
        }
        if fails { throw StoreError(.unavailable, "a test made it fail") }
        let result = try await base.read(body)
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
        return result
    }

    package func write<Result: Sendable>(_ body: @escaping @Sendable (any StoreWriting) throws -> Result) async throws
        -> Result
    {
        if content.withLock({ $0.failsWrites }) { throw StoreError(.full, "a test made it fail") }
        return try await base.write(body)
    }

    package func close() async throws {
        try await base.close()
    }
}
