import LanyardCore
import LanyardEngine
import LanyardHTTP
import LanyardManagement
import LanyardStorage
import LanyardWire

extension ManagementError {
    /// How a refusal of a use-case is told. A refusal that is a denial comes as what a denial's detail says; the data
    /// plane, where holders act on their own keys, tells it as the denial that it is.
    var problem: ManagementProblem {
        switch self {
        case .invalid(let problems):
            .invalid(InvalidRequest(problems.map { FieldError(JSONPointer(verbatim: $0.pointer), $0.detail) }))
        case .insufficientScope(let missing): .missing(scope: missing)
        case .notFound(let what): .notFound(what)
        case .conflict(let detail, let id):
            .conflict(
                "\(detail.capitalizedFirst).", id: id,
                fix: "Look at the object's state, and repeat if it still applies.")
        case .idempotencyMismatch: .idempotencyMismatch
        case .idempotencyExpired(let target):
            .conflict(
                "The first call with this Idempotency-Key made \(target); its answer can't be given again.", id: target,
                fix: "Use what the first call made, or a new Idempotency-Key.")
        case .selfRotationNotAllowed: .selfRotateNotAllowed
        case .denied(let code): .conflict(Denial(code).detail, fix: Denial(code).fix)
        }
    }
}

extension String {
    fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
