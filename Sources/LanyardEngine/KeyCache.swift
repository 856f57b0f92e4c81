import LanyardCore
import Synchronization

// # The key cache
//
// What digests open, for all keys in use. Reads take one shard's lock and set one bit. When a shard is over its share of
// the bytes, entries go by second chance (the CLOCK algorithm, Corbató 1968): a hand goes round the table; an entry that was
// used since its last turn loses its bit, and one that was not is let go.
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
        return absent.withShard(of: digest.shardNumber) { $0.find(digest) } ? .absent : .unloaded
    }

    func insert(_ key: ResolvedKey) {
        absent.withShard(of: key.digest.shardNumber) { $0.remove(key.digest) }
        found.withShard(of: key.digest.shardNumber) { $0.insert(key) }
    }

    func insertAbsent(_ digest: SecretDigest) {
        absent.withShard(of: digest.shardNumber) { $0.insert(digest) }
    }

    func remove(_ digest: SecretDigest) {
        found.withShard(of: digest.shardNumber) { $0.remove(digest) }
        absent.withShard(of: digest.shardNumber) { $0.remove(digest) }
    }

    /// Lets go of every key that `matches`; costs a look at each cached key. Returns how many went.
    func removeAll(where matches: @Sendable (ResolvedKey) -> Bool) -> Int {
        var removed = 0
        found.forEach { removed += $0.removeAll(where: matches) }
        return removed
    }

    /// Lets go of everything.
    func removeAll() {
        found.forEach { _ = $0.removeAll { _ in true } }
        absent.forEach { $0.removeAll() }
    }

    /// What is held, and what has happened so far. Counted where a shard's lock is held anyway: that costs no atomic.
    struct Statistics: Sendable, Equatable {
        var entries = 0
        var bytes = 0
        var absentEntries = 0
        /// Look-ups that found a key.
        var hits: Int64 = 0
        /// Look-ups that found the digest to belong to none.
        var absentHits: Int64 = 0
        /// Look-ups that found nothing.
        var misses: Int64 = 0
        /// Keys that were let go to make room.
        var evictions: Int64 = 0
        /// Absent digests that were let go to make room.
        var absentEvictions: Int64 = 0
    }

    var statistics: Statistics {
        var all = Statistics()
        found.forEach { shard in
            all.entries += shard.count
            all.bytes += shard.bytes
            all.hits += shard.hits
            all.evictions += shard.evictions
        }
        absent.forEach { shard in
            all.absentEntries += shard.count
            all.absentHits += shard.hits
            all.misses += shard.misses
            all.absentEvictions += shard.evictions
        }
        return all
    }
}

extension ResolvedKey: TableElement {
    static func hash(_ key: SecretDigest) -> UInt64 { TableSeed.hash(key.tableWords.0, key.tableWords.1) }
    var tableKey: SecretDigest { digest }
    func has(_ key: SecretDigest) -> Bool { digest == key }
}

extension KeyCache {
    struct Found {
        private let budget: Int
        private(set) var bytes = 0
        private(set) var hits: Int64 = 0
        private(set) var evictions: Int64 = 0
        private var entries = ReferenceTable<ResolvedKey>()
        private var hand = 0

        init(budget: Int) {
            self.budget = budget
        }

        var count: Int { entries.count }

        @inline(__always)
        mutating func find(_ digest: SecretDigest) -> ResolvedKey? {
            guard let entry = entries[digest] else { return nil }
            entry.touch()
            hits &+= 1
            return entry
        }

        mutating func insert(_ entry: ResolvedKey) {
            if let old = entries.insert(entry) { bytes -= old.cachedBytes }
            bytes += entry.cachedBytes
            while bytes > budget, entries.count > 1 {
                let evicted = entries.evict(from: &hand) { candidate in
                    if candidate === entry { return false }  // Somebody waits for it.
                    return !candidate.takeUse()
                }
                guard let evicted else { break }
                bytes -= evicted.cachedBytes
                evictions += 1
            }
        }

        mutating func remove(_ digest: SecretDigest) {
            if let old = entries.remove(digest) { bytes -= old.cachedBytes }
        }

        mutating func removeAll(where matches: @Sendable (ResolvedKey) -> Bool) -> Int {
            var freed = 0
            let removed = entries.removeAll { entry, _ in
                guard matches(entry) else { return false }
                freed += entry.cachedBytes
                return true
            }
            bytes -= freed
            return removed
        }
    }

    struct Absent {
        private let capacity: Int
        private(set) var hits: Int64 = 0
        private(set) var misses: Int64 = 0
        private(set) var evictions: Int64 = 0
        private var digests: Set<SecretDigest> = []
        private var queue: [SecretDigest] = []
        private var next = 0

        init(capacity: Int) {
            self.capacity = capacity
        }

        var count: Int { digests.count }

        mutating func find(_ digest: SecretDigest) -> Bool {
            let isKnown = !digests.isEmpty && digests.contains(digest)
            if isKnown { hits &+= 1 } else { misses &+= 1 }
            return isKnown
        }

        mutating func insert(_ digest: SecretDigest) {
            guard digests.insert(digest).inserted else { return }
            if queue.count < capacity {
                queue.append(digest)
            } else {
                // Its digest may have become a key's meanwhile, and then made room by itself.
                if digests.remove(queue[next]) != nil { evictions += 1 }
                queue[next] = digest
                next = (next + 1) % capacity
            }
        }

        mutating func removeAll() {
            digests = []
            queue = []
            next = 0
        }

        mutating func remove(_ digest: SecretDigest) {
            guard !digests.isEmpty else { return }
            digests.remove(digest)
        }
    }
}
