/// A store that breaks a promise: which check noticed, and what was wrong.
public struct ConformanceFailure: Error, Sendable, CustomStringConvertible {
    /// The check's sentence.
    public let check: String
    /// What was seen, and what was promised.
    public let what: String

    init(_ check: String, _ what: String) {
        self.check = check
        self.what = what
    }

    /// `check: what`.
    public var description: String { "\(check): \(what)" }
}
