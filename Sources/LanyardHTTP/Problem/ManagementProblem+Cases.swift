package import LanyardWire

// The problems that several calls share, each with its words.

extension ManagementProblem {
    /// A body or query that isn't as it should be.
    package static func invalid(_ request: InvalidRequest) -> ManagementProblem {
        let count = request.errors.count
        var problem = ManagementProblem(
            .invalidRequest, count == 1 ? "One field is at fault." : "\(count) fields are at fault.",
            fix: "Correct the fields that are named.")
        problem.errors = request.errors
        return problem
    }

    /// A body that isn't JSON by our rules.
    package static func invalid(_ error: JSONSyntaxError) -> ManagementProblem {
        var problem = ManagementProblem(
            .invalidRequest, "The body is not a JSON document as this API takes it.",
            fix: "Correct the body at the place that is named.")
        problem.errors = InvalidRequest(error).errors
        return problem
    }

    package static func missing(scope: String) -> ManagementProblem {
        var problem = ManagementProblem(
            .insufficientScope, "The key lacks the scope '\(scope)'.", fix: "Use a key that holds \(scope).")
        problem.missingScope = scope
        return problem
    }

    package static let selfRotateNotAllowed = ManagementProblem(
        .selfRotateNotAllowed, "This key may not rotate itself.",
        fix: "Ask the operator to set allow_self_rotate, or to rotate the key.")

    /// - Parameter what: such as `key key_…`; ids and paths alone, never what was sent in a body.
    package static func notFound(_ what: String) -> ManagementProblem {
        ManagementProblem(.notFound, "There is no \(what).", fix: "Check the id.")
    }

    package static let noSuchPath = ManagementProblem(
        .notFound, "There is nothing at this path.", fix: "Check the path; the contract is at /openapi.yaml.")

    package static func methodNotAllowed(_ allowed: [String]) -> ManagementProblem {
        var problem = ManagementProblem(
            .methodNotAllowed, "This path answers \(allowed.joined(separator: ", ")).",
            fix: "Use one of the methods in Allow.")
        problem.allowedMethods = allowed
        return problem
    }

    /// - Parameter id: of the object that is in the way.
    package static func conflict(_ detail: String, id: String? = nil, fix: String) -> ManagementProblem {
        var problem = ManagementProblem(.conflict, detail, fix: fix)
        problem.objectID = id
        return problem
    }

    /// - Parameter id: of the key that has the digest, where the caller may know of it.
    package static func digestExists(id: String?) -> ManagementProblem {
        var problem = ManagementProblem(
            .digestExists, "A key with this digest exists.", fix: "Leave the line out: the key is there already.")
        problem.objectID = id
        return problem
    }

    package static func tooLarge(limit: Int, of what: String) -> ManagementProblem {
        ManagementProblem(.tooLarge, "The \(what) is larger than \(limit) bytes.", fix: "Send less at once.")
    }

    package static let requestTimeout = ManagementProblem(
        .requestTimeout, "The request's body took too long to arrive.", fix: "Send the whole request at once.")

    package static func unsupportedMediaType(expected: String) -> ManagementProblem {
        ManagementProblem(
            .unsupportedMediaType, "This call takes \(expected).", fix: "Send Content-Type: \(expected).")
    }

    package static let idempotencyMismatch = ManagementProblem(
        .idempotencyMismatch, "This Idempotency-Key was used with another request.",
        fix: "Use a new Idempotency-Key for a new request.")

    /// What `/readyz` says when it doesn't say that the node is ready.
    package static let notReadyDetail =
        "This node takes no callers: it is starting, stopping, or cut off from its store."

    package static func unavailable(_ detail: String, retryAfterMilliseconds: Int64 = 1_000) -> ManagementProblem {
        var problem = ManagementProblem(.unavailable, detail, fix: "Try again.")
        problem.retryAfterMilliseconds = retryAfterMilliseconds
        return problem
    }
}
