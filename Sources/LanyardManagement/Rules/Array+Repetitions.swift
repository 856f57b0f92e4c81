extension Array where Element: Hashable {
    /// The elements in their order, each once.
    func withoutRepetitions() -> [Element] {
        guard count > 1 else { return self }
        var seen = Set<Element>(minimumCapacity: count)
        return filter { seen.insert($0).inserted }
    }
}
