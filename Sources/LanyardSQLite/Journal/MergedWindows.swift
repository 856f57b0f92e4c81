import LanyardCore
import LanyardStorage

/// The windows of rows of the journal, put together: the last entry of each.
///
/// Rows come newest first, so that of thousands of entries for the same windows only the last are taken apart.
struct MergedWindows {
    private(set) var windows: [SavedWindow] = []
    private var places: Set<WindowPlace> = []
    /// Hardly ever so; else nothing needs to be looked up twice.
    private var hasForgotten = false
    private var entries: [(place: WindowPlace, rest: JournalReader?)] = []

    /// Takes the next older row.
    mutating func merge(older row: UnsafeRawBufferPointer) throws(StoreError) {
        entries.removeAll(keepingCapacity: true)
        try WindowJournal.forEach(row) { place, rest in entries.append((place, rest)) }
        for (place, rest) in entries.reversed() {
            // What was said of a subject before it was forgotten is void.
            guard !isForgotten(place), places.insert(place).inserted else { continue }
            switch try WindowJournal.entry(place, rest) {
            case .saved(let window): windows.append(window)
            case .forgotten: hasForgotten = true
            }
        }
        // They point into the row.
        entries.removeAll(keepingCapacity: true)
    }

    private func isForgotten(_ place: WindowPlace) -> Bool {
        hasForgotten && places.contains(place.wholeSubject)
    }

    /// Whether the journal says how this window stands.
    func says(_ window: SavedWindow) -> Bool {
        let place = WindowPlace(window)
        return places.contains(place) || isForgotten(place)
    }
}
