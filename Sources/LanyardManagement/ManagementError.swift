public import LanyardCore

/// What is wrong with one field of a request.
public struct FieldProblem: Hashable, Sendable, CustomStringConvertible {
    /// A JSON pointer into the request (`/limits/0/window`), `?name` for a query parameter, or a header's name.
    public let pointer: String
    /// What is wrong and what would be right, in one sentence, without repeating the value: it may be a secret in the
    /// wrong place.
    public let detail: String

    /// A problem of a field.
    public init(_ pointer: String, _ detail: String) {
        self.pointer = pointer
        self.detail = detail
    }

    /// `pointer: detail`.
    public var description: String { "\(pointer): \(detail)" }
}

/// Why a management call was refused. Nothing was changed. A malfunction of the store is a `StoreError` instead.
public enum ManagementError: Error, Hashable, Sendable {
    /// Fields are not as they should be.
    case invalid([FieldProblem])
    /// The caller lacks a scope: this one, as it would have to be granted.
    case insufficientScope(missing: String)
    /// There is no such object, or none that the caller may know of. Tells what was asked for, as `key key_…`.
    case notFound(String)
    /// A name is taken, something is in use, or the state forbids it. `id` names what is in the way, where that is
    /// told.
    case conflict(String, id: String?)
    /// The idempotency key was used with another request.
    case idempotencyMismatch
    /// The first call with this idempotency key has made `target`, but its answer can't be given again: it is too old,
    /// or was made with another secret.
    case idempotencyExpired(target: String)
    /// The key was not made to rotate itself.
    case selfRotationNotAllowed
    /// The key that was presented for itself is refused, as a decision would refuse it.
    case denied(DenialCode)
}

extension ManagementError: CustomStringConvertible {
    /// What happened, for people; no values of requests.
    public var description: String {
        switch self {
        case .invalid(let problems): problems.map(\.description).joined(separator: "; ")
        case .insufficientScope(let missing): "the scope \(missing) is missing"
        case .notFound(let what): "there is no \(what)"
        case .conflict(let detail, _): detail
        case .idempotencyMismatch: "the idempotency key was used with another request"
        case .idempotencyExpired(let target): "the answer of the call that made \(target) can't be given again"
        case .selfRotationNotAllowed: "this key may not rotate itself"
        case .denied(let code): code.text
        }
    }
}

extension ManagementError {
    /// One field at fault.
    package static func invalid(_ pointer: String, _ detail: String) -> ManagementError {
        .invalid([FieldProblem(pointer, detail)])
    }

    static func nameTaken<Tag>(_ kind: String, id: Identifier<Tag>?) -> ManagementError {
        .conflict("there is already a \(kind) with this name", id: id?.description)
    }
}
