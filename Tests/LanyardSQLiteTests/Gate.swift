import Dispatch
import LanyardStorage

@testable import LanyardSQLite

/// Holds the writing connection within a body, so that writes gather behind it in a known number.
final class Gate: Sendable {
    private let isHeld = DispatchSemaphore(value: 0)
    private let mayGo = DispatchSemaphore(value: 0)
    private let holder: Task<Void, any Error>

    /// Returns once the connection is held.
    init(_ store: SQLiteStore) async {
        let (isHeld, mayGo) = (isHeld, mayGo)
        holder = Task {
            try await store.write { _ in
                isHeld.signal()
                mayGo.wait()
            }
        }
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                isHeld.wait()
                continuation.resume()
            }
        }
    }

    /// Waits until `count` writes wait, and lets them run.
    func open(when count: Int, waitIn store: SQLiteStore) async throws {
        while store.waitingWriteCount < count { await Task.yield() }
        mayGo.signal()
        try await holder.value
    }
}
