import Crypto
import LanyardCore
import LanyardStorage

// # How an answer is kept
//
// An answer may hold a secret, which is otherwise stored nowhere. It is encrypted with AES-256-GCM under a key that
// HKDF (RFC 5869, SHA-256) derives from the caller's own secret, with the idempotency key as its salt. The caller's
// secret is 256 random bits that only the caller has, so neither the database nor its dump nor Lanyard itself, until
// the caller comes again, can open what is kept. Caller, request and status are authenticated with it, so that an
// answer can't be moved to another row.

/// Seals the answers of one caller's idempotency key.
struct IdempotencySeal {
    let id: IdempotencyID
    private let key: SymmetricKey
    private let authenticated: [UInt8]

    init(_ request: IdempotentRequest, caller: KeyID, secret: Secret) {
        let text = Array(request.key.utf8)
        id = IdempotencyID(caller: caller, keyHash: Array(SHA256.hash(data: text)))
        key = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: secret.withUnsafeBytes { SymmetricKey(data: $0) }, salt: text,
            info: Array("lanyard idempotency 1".utf8), outputByteCount: 32)
        authenticated = Array(caller.description.utf8) + id.keyHash + request.requestHash
    }

    func seal(_ answer: RenderedAnswer) throws -> [UInt8] {
        let box = try AES.GCM.seal(answer.body, using: key, authenticating: authenticated(answer.status))
        return Array(box.nonce) + Array(box.ciphertext) + Array(box.tag)
    }

    /// The answer, if it was sealed for this caller, secret and request.
    func open(_ answer: IdempotentAnswer) -> RenderedAnswer? {
        guard
            let box = try? AES.GCM.SealedBox(combined: answer.sealedBody),
            let body = try? AES.GCM.open(box, using: key, authenticating: authenticated(answer.status))
        else { return nil }
        return RenderedAnswer(status: answer.status, body: Array(body))
    }

    private func authenticated(_ status: Int) -> [UInt8] {
        authenticated + withUnsafeBytes(of: UInt32(truncatingIfNeeded: status).littleEndian, Array.init)
    }
}
