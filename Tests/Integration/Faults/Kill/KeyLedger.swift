import Synchronization

/// What was acknowledged to the clients of a server that is killed again and again, and what was asked but not answered.
final class KeyLedger: Sendable {
    enum State: Sendable, Equatable {
        case active
        case disabled
        case revoked
    }

    struct Key: Sendable {
        let id: String
        var state = State.active
        /// The newest secret, which works while the key is active.
        var current: String
        /// Older ones, and whether their grace goes on.
        var older: [(secret: String, isInGrace: Bool)] = []

        /// What each secret must be answered with.
        var expected: [(secret: String, code: String)] {
            let (own, ended) =
                switch state {
                case .active: ("ok", "rotated_key")
                case .disabled: ("disabled_key", "disabled_key")
                case .revoked: ("revoked_key", "revoked_key")
                }
            return [(current, own)] + older.map { ($0.secret, $0.isInGrace ? own : ended) }
        }
    }

    /// A change that was asked for.
    struct Change: Sendable {
        enum Kind: Sendable {
            case create
            case rotate(withGrace: Bool)
            case revoke
            case disable
            case enable
        }

        let kind: Kind
        /// `nil` for a key that is to be made.
        let key: String?
        /// Names the change to the server, so that it can be repeated.
        let idempotencyKey: String
    }

    private struct Content {
        var keys: [String: Key] = [:]
        /// Keys that nobody is changing; others are in a client's hands, or in doubt.
        var free: [String] = []
        var doubtful: [Change] = []
        /// What the audit log must hold, as `action target`.
        var audited: Set<String> = []
        var changes = 0
        var surprises: [String] = []
    }

    private let content = Mutex(Content())

    var keys: [Key] { content.withLock { Array($0.keys.values) } }
    var audited: Set<String> { content.withLock { $0.audited } }
    /// How many changes were acknowledged.
    var changes: Int { content.withLock { $0.changes } }
    /// Answers that a whole server may not give.
    var surprises: [String] { content.withLock { $0.surprises } }

    func surprise(_ text: String) { content.withLock { $0.surprises.append(text) } }

    /// Takes a key that nobody is changing, for one change or question.
    func take(_ number: UInt64) -> Key? {
        content.withLock { content in
            guard !content.free.isEmpty else { return nil }
            let index = Int(number % UInt64(content.free.count))
            content.free.swapAt(index, content.free.count - 1)
            return content.keys[content.free.removeLast()]
        }
    }

    func giveBack(_ key: Key) {
        content.withLock { content in
            content.keys[key.id] = key
            // What is revoked stays so: it is only looked at.
            if key.state != .revoked { content.free.append(key.id) }
        }
    }

    /// A change was acknowledged: from now on it must hold.
    func acknowledge(_ action: String, _ key: Key) {
        content.withLock { content in
            content.changes += 1
            content.audited.insert("\(action) \(key.id)")
        }
        giveBack(key)
    }

    /// The server ended before it had answered: the change has happened, or it has not.
    func doubt(_ change: Change) { content.withLock { $0.doubtful.append(change) } }

    func takeDoubts() -> [Change] {
        content.withLock { content in
            defer { content.doubtful = [] }
            return content.doubtful
        }
    }

    func key(_ id: String) -> Key? { content.withLock { $0.keys[id] } }

    /// Every secret whose answer is certain, and that answer.
    func certain() -> [(secret: String, code: String)] {
        content.withLock { content in
            let doubtful = Set(content.doubtful.compactMap(\.key))
            return content.keys.values.filter { !doubtful.contains($0.id) }.flatMap(\.expected)
        }
    }
}
