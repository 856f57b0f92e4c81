/// A request that its client may repeat: the same key with the same request gets the first answer again.
package struct IdempotentRequest: Sendable {
    /// The `Idempotency-Key`'s text.
    package let key: String
    /// SHA-256 over all that makes the request what it is: method, path and body.
    package let requestHash: [UInt8]

    /// - Throws: ``ManagementError/invalid(_:)`` for a key that is not 1 to 128 visible ASCII characters.
    package init(key: String, requestHash: [UInt8]) throws(ManagementError) {
        guard (1...128).contains(key.utf8.count), key.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
            throw .invalid("Idempotency-Key", "expected 1 to 128 visible ASCII characters")
        }
        self.key = key
        self.requestHash = requestHash
    }
}

/// An answer as it goes out, but for what is known only after the commit: where the change holds.
package struct RenderedAnswer: Sendable, Equatable {
    /// The HTTP status.
    package let status: Int
    package let body: [UInt8]

    package init(status: Int, body: [UInt8]) {
        self.status = status
        self.body = body
    }
}
