import Crypto

extension IdempotentRequest {
    /// A request as HTTP carries it. Two are the same if method, path and body are, byte for byte.
    /// - Throws: ``ManagementError/invalid(_:)`` for a key that is not 1 to 128 visible ASCII characters.
    package init(key: String, method: String, path: String, body: some Sequence<UInt8>) throws(ManagementError) {
        var hash = SHA256()
        // A zero byte stands in neither method nor path, so no two requests come to the same text.
        hash.update(data: Array("\(method)\0\(path)\0".utf8))
        hash.update(data: Array(body))
        try self.init(key: key, requestHash: Array(hash.finalize()))
    }
}
