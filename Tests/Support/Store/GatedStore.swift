package import LanyardStorage
import Synchronization

/// A store whose answers a test can hold back after they were read, and that can be made to fail.
package final class GatedStore: Store {
    private let base: any Store
    private let content = Mutex(Content())

    private let gate = Gate()
    /// Holds back writes before they are made.
    package let writes = Gate()

    private struct Content {
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
    package func closeGate() { gate.close() }

    /// Lets go of every answer that waits, and of those to come.
    package func openGate() { gate.open() }

    /// Returns once `count` answers wait.
    package func waitUntilHeld(_ count: Int) async { await gate.waitUntilHeld(count) }

    package func read<Result: Sendable>(_ body: @escaping @Sendable (any StoreReading) throws -> Result) async throws
        -> Result
    {
        let fails = content.withLock { content in
            content.reads += 1
            return content.failsReads
        }
        if fails { throw StoreError(.unavailable, "a test made it fail") }
        let result = try await base.read(body)
        await gate.pass()
        return result
    }

    package func write<Result: Sendable>(_ body: @escaping @Sendable (any StoreWriting) throws -> Result) async throws
        -> Result
    {
        await writes.pass()
        if content.withLock({ $0.failsWrites }) { throw StoreError(.full, "a test made it fail") }
        return try await base.write(body)
    }

    package func close() async throws {
        try await base.close()
    }
}
