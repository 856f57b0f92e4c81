import NIOCore

/// A body that is kept, and counted in the budget for as long as anybody holds it: the connection, a call that waits for
/// the store, or one that goes on after its client has gone.
final class CollectedBody {
    private(set) var bytes = ByteBuffer()
    private let budget: BodyBudget
    private var taken = 0

    init(from budget: BodyBudget) {
        self.budget = budget
    }

    deinit { budget.giveBack(taken) }

    /// Adds a piece; `false` if the budget has no room for it.
    func add(_ piece: ByteBuffer) -> Bool {
        guard budget.take(piece.readableBytes) else { return false }
        taken += piece.readableBytes
        // Copied, also if it is the first: a piece keeps all that was read together with it.
        bytes.writeImmutableBuffer(piece)
        return true
    }
}

extension CollectedBody: Equatable {
    static func == (left: CollectedBody, right: CollectedBody) -> Bool { left.bytes == right.bytes }
}
