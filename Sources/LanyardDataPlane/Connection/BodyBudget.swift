import Synchronization

/// The bytes of requests' bodies that are kept until their request is answered, and how many there may be of all
/// connections together. Without it, ten thousand connections could each keep as much as a single one may.
final class BodyBudget: Sendable {
    private let maximum: Int
    private let taken = Atomic(0)

    init(maximum: Int) {
        self.maximum = maximum
    }

    /// Bytes that are kept at present.
    var held: Int { taken.load(ordering: .relaxed) }

    /// Whether there is room for so many more; asked before it is waited for them.
    func hasRoom(for count: Int) -> Bool { held + count <= maximum }

    /// Takes so many bytes; `false`, and nothing taken, if there is no room for all of them.
    func take(_ count: Int) -> Bool {
        if taken.add(count, ordering: .relaxed).newValue <= maximum { return true }
        taken.subtract(count, ordering: .relaxed)
        return false
    }

    func giveBack(_ count: Int) {
        taken.subtract(count, ordering: .relaxed)
    }
}
