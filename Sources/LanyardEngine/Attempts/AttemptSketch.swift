import LanyardCore

// # Who tries most, in bounded memory
//
// Addresses are as many as an attacker likes, and memory is not. This is the Space-Saving algorithm (Metwally, Agrawal,
// El Abbadi: Efficient Computation of Frequent and Top-k Elements in Data Streams, 2005). Each of `capacity` places holds
// an address and a weight. An address that has no place takes the place with the least weight, and takes its weight over
// as well, plus one.
//
// What it promises: of `n` attempts, every address with more than n / capacity of them has a place. A newcomer can only
// displace whoever has the least weight; so one address, however busy, displaces one other, and a thousand addresses with
// one attempt each displace each other rather than one with a thousand. The weight, which says who goes, may be too high
// by what was taken over; the counts that are shown begin at zero with the place, so they are never too high.
//
// What it costs: a look-up in a dictionary and at most log2(capacity) swaps in a heap for an attempt.

/// The addresses that tried most of one kind.
struct AttemptSketch: Sendable {
    struct Entry: Sendable {
        var address: IPAddress
        var weight: Int64
        var counts: [DenialCode: Int64] = [:]
        var firstSeen: Timestamp
        var lastSeen: Timestamp
        /// Keys that were tried, the last first.
        var keys: [KeyID] = []
        /// The running minute, and the attempts in it.
        var minute: Int32
        var countInMinute = 0
        var warnedAt: Timestamp?
    }

    let capacity: Int
    /// How often an address had to give its place to another.
    private(set) var displaced: Int64 = 0
    /// A heap: none weighs less than its parent, at half its index.
    private var heap: [Entry] = []
    private var places: [IPAddress: Int] = [:]

    init(capacity: Int) {
        self.capacity = max(1, capacity)
    }

    var entries: [Entry] { heap }
    var count: Int { heap.count }

    /// Counts an attempt of `address`, and lets `change` note the rest in its entry.
    mutating func count<Result>(
        _ address: IPAddress, at now: Timestamp, _ change: (inout Entry) -> Result
    ) -> Result {
        let place = place(of: address, at: now)
        heap[place].weight += 1
        heap[place].lastSeen = now
        let result = change(&heap[place])
        siftDown(place)
        return result
    }

    /// Forgets the addresses that were last seen before `moment`.
    mutating func forget(before moment: Timestamp) {
        guard heap.contains(where: { $0.lastSeen < moment }) else { return }
        let kept = heap.filter { $0.lastSeen >= moment }.sorted { $0.weight < $1.weight }
        // A sorted array is a heap.
        heap = kept
        places = Dictionary(uniqueKeysWithValues: kept.enumerated().map { ($1.address, $0) })
    }

    /// The place of an address, with a weight that is yet to be counted.
    private mutating func place(of address: IPAddress, at now: Timestamp) -> Int {
        if let place = places[address] { return place }
        var entry = Entry(
            address: address, weight: 0, firstSeen: now, lastSeen: now, minute: now.minute)
        if heap.count < capacity {
            heap.append(entry)
            places[address] = heap.count - 1
            return siftUp(heap.count - 1)
        }
        entry.weight = heap[0].weight
        places[heap[0].address] = nil
        displaced += 1
        heap[0] = entry
        places[address] = 0
        return 0
    }

    private mutating func siftUp(_ start: Int) -> Int {
        var place = start
        while place > 0, heap[place].weight < heap[(place - 1) / 2].weight {
            swap(place, (place - 1) / 2)
            place = (place - 1) / 2
        }
        return place
    }

    private mutating func siftDown(_ start: Int) {
        var place = start
        while true {
            var least = place
            for child in [2 * place + 1, 2 * place + 2] where child < heap.count {
                if heap[child].weight < heap[least].weight { least = child }
            }
            if least == place { return }
            swap(place, least)
            place = least
        }
    }

    private mutating func swap(_ left: Int, _ right: Int) {
        heap.swapAt(left, right)
        places[heap[left].address] = left
        places[heap[right].address] = right
    }
}
