extension Array where Element: Equatable {
    /// The elements in their order, each once. Quadratic: for the few operands of an expression.
    func distinct() -> [Element] {
        var distinct: [Element] = []
        for element in self where !distinct.contains(element) { distinct.append(element) }
        return distinct
    }
}
