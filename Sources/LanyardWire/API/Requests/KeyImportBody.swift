package import LanyardCore

/// One line of `POST /v1/keys/import`: the digest of another system's key, and what the key shall be here.
package struct KeyImportBody: Equatable, Sendable {
    package var digest: SecretDigest
    package var key: KeyCreateBody

    /// How long a line may be, in bytes.
    package static let maximumLineLength = 65_536

    package static func decode(_ value: JSONValue) throws(InvalidRequest) -> KeyImportBody {
        try JSONObjectReader.decode(value) { reader in
            let digest = reader.value("digest", placeholder: Self.placeholder) { try $0.digest() }
            let key = KeyCreateBody(&reader)
            if key.proof != .any {
                reader.fail("proof", "must be \"any\": only the digest of an imported key is known")
            }
            return KeyImportBody(digest: digest, key: key)
        }
    }

    private static let placeholder = SecretDigest(hashing: UnsafeRawBufferPointer(start: nil, count: 0))
}
