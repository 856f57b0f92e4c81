package import LanyardCore

/// One line of an import: a digest of another system's key, and the key that it is to open.
package struct ImportLine: Sendable {
    /// Where it stood in the request, from 1.
    package let number: Int
    package let digest: SecretDigest
    package let draft: KeyDraft

    package init(number: Int, digest: SecretDigest, draft: KeyDraft) {
        self.number = number
        self.digest = digest
        self.draft = draft
    }
}

/// What became of a line.
package struct ImportOutcome: Sendable, Equatable {
    package enum Result: Sendable, Equatable {
        case imported(KeyID)
        /// A key has the digest already: this one, where the caller may know of it.
        case digestExists(KeyID?)
        case refused(ManagementError)
    }

    /// The line's number.
    package let line: Int
    package let result: Result
}
