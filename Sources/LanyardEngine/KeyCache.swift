import LanyardCore
import Synchronization

// # The key cache
//
// What digests open, for all keys in use. Reads take one shard's lock and set one bit. When a shard is over its share of
// the bytes, entries go by second chance (the CLOCK algorithm): a queue in the order of arrival, from whose head an entry
// that was used since its last turn goes to the tail, and one that was not is let go.
//
// Digests that open nothing have a cache of their own, bounded by number: somebody who sends a million random keys must
// not push one real key out.

final class KeyCache: Sendable {
    private let found: Shards<Found>
    private let absent: Shards<Absent>

    init(bytes: Int, absentDigests: Int) {
        let shardCount = 64
        found = Shards(count: shardCount) { Found(budget: bytes / shardCount) }
        absent = Shards(count: shardCount) { Absent(capacity: max(1, absentDigests / shardCount)) }
    }

    @inline(__always)
    func find(_ digest: SecretDigest) -> Lookup {
        let hit = found.withShard(of: digest.shardNumber) { $0.find(digest) }
        if let hit { return .found(hit) }
        return absent.withShard(of: digest.shardNumber) { $0.contains(digest) } ? .absent : .unloaded
    }

    func insert(_ secret: ResolvedSecret, for digest: SecretDigest, bytes: Int) {
        absent.withShard(of: digest.shardNumber) { $0.remove(digest) }
        found.withShard(of: digest.shardNumber) { $0.insert(secret, for: digest, bytes: bytes) }
    }

    func insertAbsent(_ digest: SecretDigest) {
        absent.withShard(of: digest.shardNumber) { $0.insert(digest) }
    }

    func remove(_ digest: SecretDigest) {
        found.withShard(of: digest.shardNumber) { $0.remove(digest) }
        absent.withShard(of: digest.shardNumber) { $0.remove(digest) }
    }

    /// Lets go of every key that `matches`; costs a look at each cached key. Returns how many went.
    func removeAll(where matches: (ResolvedKey) -> Bool) -> Int {
        var removed = 0
        found.forEach { removed += $0.removeAll(where: matches) }
        return removed
    }

    /// Entries and bytes held.
    var size: (entries: Int, bytes: Int) {
        var entries = 0
        var bytes = 0
        found.forEach { shard in
            entries += shard.count
            bytes += shard.bytes
        }
        return (entries, bytes)
    }
}

extension KeyCache {
    struct Found {
        private struct Entry {
            let secret: ResolvedSecret
            let bytes: Int32
            var wasUsed: Bool
        }

        private let budget: Int
        private(set) var bytes = 0
        private var entries: [SecretDigest: Entry] = [:]
        private var queue: [SecretDigest] = []
        private var queueHead = 0

        init(budget: Int) {
            self.budget = budget
        }

        var count: Int { entries.count }

        mutating func find(_ digest: SecretDigest) -> ResolvedSecret? {
            guard let index = entries.index(forKey: digest) else { return nil }
            if !entries.values[index].wasUsed { entries.values[index].wasUsed = true }
            return entries.values[index].secret
        }

        mutating func insert(_ secret: ResolvedSecret, for digest: SecretDigest, bytes size: Int) {
            let entry = Entry(secret: secret, bytes: Int32(clamping: size), wasUsed: false)
            if let old = entries.updateValue(entry, forKey: digest) {
                bytes -= Int(old.bytes)
            } else {
                queue.append(digest)
            }
            bytes += Int(entry.bytes)
            evict()
        }

        mutating func remove(_ digest: SecretDigest) {
            // Its place in the queue stays until its turn comes, or until the queue is rebuilt.
            if let old = entries.removeValue(forKey: digest) { bytes -= Int(old.bytes) }
        }

        mutating func removeAll(where matches: (ResolvedKey) -> Bool) -> Int {
            let digests = entries.filter { matches($0.value.secret.key) }.map(\.key)
            digests.forEach { remove($0) }
            return digests.count
        }

        private mutating func evict() {
            while bytes > budget, queueHead < queue.count, entries.count > 1 {
                let digest = queue[queueHead]
                queueHead += 1
                guard let index = entries.index(forKey: digest) else { continue }
                if entries.values[index].wasUsed {
                    entries.values[index].wasUsed = false
                    queue.append(digest)
                } else {
                    remove(digest)
                }
            }
            compactQueue()
        }

        /// The queue may hold places of entries that are gone; it is kept within twice what is needed.
        private mutating func compactQueue() {
            guard queueHead > 1024 && queueHead > queue.count / 2 || queue.count > 2 * entries.count + 1024 else {
                return
            }
            var seen = Set<SecretDigest>(minimumCapacity: entries.count)
            queue = queue[queueHead...].filter { entries[$0] != nil && seen.insert($0).inserted }
            queueHead = 0
        }
    }

    struct Absent {
        private let capacity: Int
        private var digests: Set<SecretDigest> = []
        private var queue: [SecretDigest] = []
        private var next = 0

        init(capacity: Int) {
            self.capacity = capacity
        }

        func contains(_ digest: SecretDigest) -> Bool {
            !digests.isEmpty && digests.contains(digest)
        }

        mutating func insert(_ digest: SecretDigest) {
            guard digests.insert(digest).inserted else { return }
            if queue.count < capacity {
                queue.append(digest)
            } else {
                digests.remove(queue[next])
                queue[next] = digest
                next = (next + 1) % capacity
            }
        }

        mutating func remove(_ digest: SecretDigest) {
            guard !digests.isEmpty else { return }
            digests.remove(digest)
        }
    }
}
