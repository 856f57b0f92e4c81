// # A table of objects that hold their own keys
//
// A dictionary would store each key beside the reference to an object that has it too: for a cached secret 32 bytes, and as
// much again for the room that a hash table needs. Here a place holds the reference alone, and a look-up compares the key
// in the object. Open addressing with linear probing (Knuth, TAOCP 6.4, algorithm L); removal moves what follows back
// (algorithm R), so that there are no graves to step over. At most three quarters of the places are taken.

/// What a ``ReferenceTable`` holds.
protocol TableElement: AnyObject {
    associatedtype TableKey
    /// Spread evenly, and not to be foreseen by whoever chooses keys.
    static func hash(_ key: TableKey) -> UInt64
    var tableKey: TableKey { get }
    func has(_ key: TableKey) -> Bool
}

struct ReferenceTable<Element: TableElement> {
    /// A power of two in number.
    private var places: ContiguousArray<Element?> = [nil, nil, nil, nil]
    private(set) var count = 0

    private var mask: Int { places.count - 1 }

    /// Bytes of a place, at the fill that is usual.
    static var bytesPerElement: Int { MemoryLayout<Element?>.size * 2 }

    private func home(_ key: Element.TableKey) -> Int {
        Int(truncatingIfNeeded: Element.hash(key)) & mask
    }

    /// Where the element with `key` is, or would be.
    @inline(__always)
    private func place(of key: Element.TableKey) -> Int {
        var place = home(key)
        while let element = places[place], !element.has(key) { place = (place + 1) & mask }
        return place
    }

    @inline(__always)
    subscript(key: Element.TableKey) -> Element? { places[place(of: key)] }

    /// Puts an element into its place; returns the one that had the same key.
    @discardableResult
    mutating func insert(_ element: Element) -> Element? {
        if (count + 1) * 4 > places.count * 3 { grow() }
        let place = place(of: element.tableKey)
        let old = places[place]
        places[place] = element
        if old == nil { count += 1 }
        return old
    }

    private mutating func grow() {
        let old = places
        places = ContiguousArray(repeating: nil, count: old.count * 2)
        for case let element? in old { places[place(of: element.tableKey)] = element }
    }

    /// Takes an element out; `nil` if there is none with this key.
    @discardableResult
    mutating func remove(_ key: Element.TableKey) -> Element? {
        remove(at: place(of: key))
    }

    private mutating func remove(at hole: Int) -> Element? {
        guard let removed = places[hole] else { return nil }
        count -= 1
        var hole = hole
        var place = hole
        while true {
            place = (place + 1) & mask
            guard let element = places[place] else { break }
            // It may go back only as far as its home.
            let distance = (place - home(element.tableKey)) & mask
            guard distance >= (place - hole) & mask else { continue }
            places[hole] = element
            hole = place
        }
        places[hole] = nil
        return removed
    }

    /// Every element, in no order that means anything.
    func forEach(_ body: (Element) -> Void) {
        for case let element? in places { body(element) }
    }

    /// Takes out what `isOut` says; it is told whether the table's is the only reference to an element.
    /// - Returns: how many went.
    @discardableResult
    mutating func removeAll(where isOut: (Element, _ isUnshared: Bool) -> Bool) -> Int {
        var going: [Element.TableKey] = []
        for place in places.indices {
            let isUnshared = isKnownUniquelyReferenced(&places[place])
            if let element = places[place], isOut(element, isUnshared) { going.append(element.tableKey) }
        }
        for key in going { remove(key) }
        return going.count
    }

    /// Goes round the table from `hand`, for an eviction by second chance: takes out the first element that `isOut` says,
    /// having asked at most twice for each. `nil` if it says no for all.
    mutating func evict(from hand: inout Int, where isOut: (Element) -> Bool) -> Element? {
        for _ in 0..<places.count * 2 {
            hand &= mask
            if let element = places[hand], isOut(element) {
                // What moves into the place is looked at next.
                return remove(at: hand)
            }
            hand += 1
        }
        return nil
    }
}

/// Hashes words that are nearly random already: digests and the random parts of ids. But digests can be imported, and so
/// chosen; the multipliers are this process's own, so that nobody can choose many for one place (multiply-add hashing,
/// Dietzfelbinger et al. 1997).
enum TableSeed {
    private static let first = UInt64.random(in: .min ... .max) | 1
    private static let second = UInt64.random(in: .min ... .max) | 1

    @inline(__always)
    static func hash(_ one: UInt64, _ other: UInt64) -> UInt64 {
        let sum = one &* first &+ other &* second
        return sum >> 32  // The upper half depends on every bit.
    }
}
