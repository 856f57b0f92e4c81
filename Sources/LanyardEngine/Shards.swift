import Synchronization

/// Pieces of a table, each under a lock of its own, so that event loops seldom wait for each other.
final class Shards<Content: ~Copyable>: Sendable {
    private let shards: [Shard]

    private final class Shard: Sendable {
        let content: Mutex<Content>

        init(_ content: consuming sending Content) {
            self.content = Mutex(content)
        }
    }

    /// `count` must be a power of two.
    init(count: Int = 64, _ make: () -> sending Content) {
        precondition(count > 0 && count & (count - 1) == 0)
        shards = (0..<count).map { _ in Shard(make()) }
    }

    var count: Int { shards.count }

    /// Runs `body` on the piece that `number` falls into; its low bits must be well spread.
    @inline(__always)
    func withShard<Result: ~Copyable>(
        of number: UInt64, _ body: (inout sending Content) -> sending Result
    ) -> sending Result {
        shards[Int(truncatingIfNeeded: number) & (shards.count - 1)].content.withLock(body)
    }

    /// Runs `body` on each piece, one after the other.
    func forEach(_ body: (inout sending Content) -> Void) {
        for shard in shards { shard.content.withLock { body(&$0) } }
    }
}
