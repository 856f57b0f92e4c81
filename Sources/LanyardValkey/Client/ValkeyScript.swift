import Crypto

/// A script that a server runs, known there by its hash.
package struct ValkeyScript: Sendable, Hashable {
    /// In Lua.
    package let source: [UInt8]
    /// The hash by which a server knows it, in hexadecimal digits.
    package let hash: [UInt8]

    package init(_ source: String) {
        self.source = Array(source.utf8)
        let digits = Array("0123456789abcdef".utf8)
        // The server's choice, to tell scripts apart; nothing is secured by it.
        hash = Insecure.SHA1.hash(data: self.source).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
    }
}
