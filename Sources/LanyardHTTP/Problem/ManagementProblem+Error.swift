import LanyardCore
package import LanyardManagement
import LanyardWire

// How a refused use-case is told: one table for both listeners.

extension ManagementProblem {
    /// A refusal as a problem of the call. One that is a denial of a key comes with the denial's words, as a conflict:
    /// so a line of an import tells it. A whole call that is denied tells the denial itself (``ProblemResponse``).
    package init(_ error: ManagementError) {
        switch error {
        case .invalid(let problems):
            self = .invalid(InvalidRequest(problems.map { FieldError(JSONPointer(verbatim: $0.pointer), $0.detail) }))
        case .insufficientScope(let missing): self = .missing(scope: missing)
        case .notFound(let what): self = .notFound(what)
        case .conflict(let detail, let id):
            self = .conflict(
                "\(detail.capitalizedFirst).", id: id,
                fix: "Look at the object's state, and repeat if it still applies.")
        case .idempotencyMismatch: self = .idempotencyMismatch
        case .idempotencyExpired(let target):
            self = .conflict(
                "The first call with this Idempotency-Key made \(target); its answer can't be given again.", id: target,
                fix: "Use what the first call made, or a new Idempotency-Key.")
        case .selfRotationNotAllowed: self = .selfRotateNotAllowed
        case .denied(let code): self = .conflict(Denial(code).detail, fix: Denial(code).fix)
        }
    }
}

extension ProblemResponse {
    /// What a call is answered with whose use-case was refused.
    package init(_ error: ManagementError) {
        switch error {
        case .denied(let code): self.init(Denial(code))
        case .invalid, .insufficientScope, .notFound, .conflict, .idempotencyMismatch, .idempotencyExpired,
            .selfRotationNotAllowed:
            self.init(ManagementProblem(error))
        }
    }
}

extension String {
    fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
