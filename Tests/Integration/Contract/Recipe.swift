import NIOHTTP1

/// How calls of one operation are made, for the contract's statuses to be provoked.
struct Recipe: Sendable {
    /// A call, and the code of the problem that it is answered with; `nil` where it succeeds.
    struct Provocation: Sendable {
        let call: Call
        let code: String?
    }

    typealias Making = @Sendable (TestNode) async throws -> Call
    typealias Provoking = @Sendable (TestNode) async throws -> Provocation

    let operation: String
    /// Makes a call that succeeds, once whatever it needs was made.
    let call: Making
    /// What leads to a status, where the way that leads there with most operations does not lead there with this one.
    var ways: [Int: Provoking] = [:]
    /// Statuses whose provocation changes what other calls meet with, and so gets a node of its own.
    var alone: Set<Int> = []

    init(_ operation: String, _ call: @escaping Making) {
        self.operation = operation
        self.call = call
    }

    /// Names a way to a status.
    func on(_ status: Int, _ code: String, alone: Bool = false, _ make: @escaping Making) -> Recipe {
        var recipe = self
        recipe.ways[status] = { node in Provocation(call: try await make(node), code: code) }
        if alone { recipe.alone.insert(status) }
        return recipe
    }

    static let all: [Recipe] = open + keys + owners + reports + dataPlane + ownKey + forwardAuth
}
