/// Which of some names was probably meant by one that isn't among them.
package enum NameSuggestion {
    /// The nearest name that is at most two edits away (and fewer than it has letters), the first of several.
    package static func nearest(to name: String, among known: [String]) -> String? {
        let farthest = 2
        let letters = Array(name.utf8)
        // Nothing this long is near a field's name, and the distance costs the product of the lengths.
        guard letters.count <= 64 else { return nil }
        let distances = known.map { (name: $0, distance: distance(letters, Array($0.utf8))) }
        guard let best = distances.min(by: { $0.distance < $1.distance }) else { return nil }
        return best.distance <= farthest && best.distance < letters.count ? best.name : nil
    }

    /// How many letters have to be put in, taken out, replaced or swapped with their neighbour (optimal string alignment).
    static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for i in left.indices {
            var row = [i + 1]
            row.reserveCapacity(right.count + 1)
            for j in right.indices {
                var least = min(last[j + 1] + 1, row[j] + 1, last[j] + (left[i] == right[j] ? 0 : 1))
                if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
                    least = min(least, beforeLast[j - 1] + 1)
                }
                row.append(least)
            }
            beforeLast = last
            last = row
        }
        return last[right.count]
    }
}
