import LanyardCore
package import LanyardWire

/// A call of the management or data plane that fails for another reason than a denial.
package struct ManagementProblem: Problem, Hashable {
    /// The stable codes, as `openapi.yaml` lists them. Their texts are written here once.
    package enum Code: String, Hashable, Sendable, CaseIterable {
        case invalidRequest = "invalid_request"
        case insufficientScope = "insufficient_scope"
        case selfRotateNotAllowed = "self_rotate_not_allowed"
        case notFound = "not_found"
        case methodNotAllowed = "method_not_allowed"
        case requestTimeout = "request_timeout"
        case conflict
        case digestExists = "digest_exists"
        case tooLarge = "too_large"
        case unsupportedMediaType = "unsupported_media_type"
        case idempotencyMismatch = "idempotency_mismatch"
        case unavailable
    }

    package var code: Code
    package var detail: String
    package var fix: String
    /// The fields at fault.
    package var errors: [FieldError] = []
    package var missingScope: String?
    package var retryAfterMilliseconds: Int64?
    /// The object that is in the way, or that the first call with an idempotency key has made.
    package var objectID: String?
    /// The methods that a path knows, for `Allow`.
    package var allowedMethods: [String] = []

    package init(_ code: Code, _ detail: String, fix: String) {
        self.code = code
        self.detail = detail
        self.fix = fix
    }

    package var codeText: String { code.rawValue }
    package var title: String { code.title }
    package var status: Int { code.status }

    package func writeExtensions(to writer: inout JSONWriter) {
        if !errors.isEmpty {
            writer.array("errors") { writer in
                for error in errors {
                    writer.object { writer in
                        writer.member("pointer", error.pointer.text)
                        writer.member("detail", error.detail)
                    }
                }
            }
        }
        if let missingScope { writer.member("missing_scope", missingScope) }
        if let retryAfterMilliseconds { writer.member("retry_after_ms", retryAfterMilliseconds) }
        if let objectID { writer.member("id", objectID) }
    }

    /// `WWW-Authenticate`, where it carries one.
    package var challenge: String? {
        code == .insufficientScope ? Challenge.insufficientScope(missingScope) : nil
    }

    /// `Retry-After` in seconds, where waiting helps.
    package var retryAfterSeconds: Int64? {
        code == .unavailable ? max(1, (retryAfterMilliseconds ?? 0).wholeSeconds) : nil
    }
}

extension ManagementProblem.Code {
    package var status: Int {
        switch self {
        case .invalidRequest: 400
        case .insufficientScope, .selfRotateNotAllowed: 403
        case .notFound: 404
        case .methodNotAllowed: 405
        case .requestTimeout: 408
        case .conflict, .digestExists: 409
        case .tooLarge: 413
        case .unsupportedMediaType: 415
        case .idempotencyMismatch: 422
        case .unavailable: 503
        }
    }

    package var title: String {
        switch self {
        case .invalidRequest: "Invalid request"
        case .insufficientScope: DenialCode.insufficientScope.title
        case .selfRotateNotAllowed: "Self-rotation not allowed"
        case .notFound: "Not found"
        case .methodNotAllowed: "Method not allowed"
        case .requestTimeout: "Request timeout"
        case .conflict: "Conflict"
        case .digestExists: "Digest exists"
        case .tooLarge: "Too large"
        case .unsupportedMediaType: "Unsupported media type"
        case .idempotencyMismatch: "Idempotency mismatch"
        case .unavailable: "Unavailable"
        }
    }
}
