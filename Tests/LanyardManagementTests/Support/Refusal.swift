import LanyardCore
@testable import LanyardManagement

/// How a call was refused, without its prose.
enum Refusal: Equatable, Sendable, CustomStringConvertible {
    case missing(String)
    case notFound
    case conflict
    /// The pointers of all fields at fault.
    case invalid([String])
    case mismatch
    case expired
    case selfRotation
    case denied(DenialCode)

    init(_ error: ManagementError) {
        switch error {
        case .insufficientScope(let missing): self = .missing(missing)
        case .notFound: self = .notFound
        case .conflict: self = .conflict
        case .invalid(let problems): self = .invalid(problems.map(\.pointer))
        case .idempotencyMismatch: self = .mismatch
        case .idempotencyExpired: self = .expired
        case .selfRotationNotAllowed: self = .selfRotation
        case .denied(let code): self = .denied(code)
        }
    }

    static func invalid(_ pointer: String) -> Refusal { .invalid([pointer]) }

    var description: String {
        switch self {
        case .missing(let scope): "\(scope) is missing"
        case .notFound: "not found"
        case .conflict: "conflict"
        case .invalid(let pointers): "invalid: \(pointers)"
        case .mismatch: "idempotency mismatch"
        case .expired: "idempotency expired"
        case .selfRotation: "self-rotation not allowed"
        case .denied(let code): "denied: \(code.text)"
        }
    }
}

/// How a call is refused; `nil` if it isn't.
func refusal(_ body: () async throws -> Void) async throws -> Refusal? {
    do {
        try await body()
        return nil
    } catch let error as ManagementError {
        return Refusal(error)
    }
}
