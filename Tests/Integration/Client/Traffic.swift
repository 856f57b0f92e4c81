import LanyardWire
import Synchronization

/// What has gone over the wire: every secret that was presented or given out, and every answer.
final class Traffic: Sendable {
    private struct Content {
        var secrets: Set<String> = []
        var problems: [String] = []
        /// Answers that may hold no secret.
        var others: [String] = []
    }

    private let content = Mutex(Content())

    /// Secrets that a key of this store has or had.
    var secrets: Set<String> { content.withLock { $0.secrets } }
    /// Every answer but those that give out a secret, with its fields.
    var plainAnswers: [String] { content.withLock { $0.problems + $0.others } }
    var problems: [String] { content.withLock { $0.problems } }

    func add(secret: String) { content.withLock { _ = $0.secrets.insert(secret) } }

    func record(_ answer: Answer) {
        let given = answer["secret"]?.string
        let text = "\(answer.status) \(answer.headers)\n\(answer.text)"
        content.withLock { content in
            if let given { content.secrets.insert(given) }
            if answer.status >= 400 {
                content.problems.append(text)
            } else if given == nil {
                content.others.append(text)
            }
        }
    }
}
