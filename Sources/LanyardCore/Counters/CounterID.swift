/// Names one window among all that nodes count together.
public struct CounterID: Hashable, Sendable {
    /// Whose window it is.
    public let subject: Subject
    /// Which of the subject's windows.
    public let identity: WindowIdentity

    /// A window by its parts.
    public init(subject: Subject, identity: WindowIdentity) {
        self.subject = subject
        self.identity = identity
    }
}
