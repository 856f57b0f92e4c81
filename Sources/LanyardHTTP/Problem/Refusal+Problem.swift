package import LanyardWire

extension Refusal: Problem {
    package var status: Int {
        switch self {
        case .syntax, .target, .host, .bodyLength, .tunnel: 400
        case .timeout: 408
        case .bodyTooLarge: 413
        case .targetTooLong: 414
        case .expectation: 417
        case .headTooLarge: 431
        case .overloaded: 503
        }
    }

    package var codeText: String { code.rawValue }
    package var title: String { code.title }

    private var code: ManagementProblem.Code {
        switch self {
        case .bodyTooLarge: .tooLarge
        case .overloaded: .unavailable
        case .timeout: .requestTimeout
        case .syntax, .target, .host, .bodyLength, .tunnel, .targetTooLong, .headTooLarge, .expectation:
            .invalidRequest
        }
    }

    package var detail: String {
        switch self {
        case .syntax: "This is not a proper HTTP/1.1 request."
        case .target: "The request's target is neither a path nor a URL."
        case .host: "The Host field is missing, doubled or not the name of a host."
        case .bodyLength: "The request does not say in one proper way where its body ends."
        case .tunnel: "CONNECT is not served here."
        case .targetTooLong: "The request's target is too long."
        case .headTooLarge: "The request's head is too large."
        case .bodyTooLarge: "The request's body is too large."
        case .overloaded: "The bodies that are being received here take all the memory that there is for them."
        case .expectation: "No expectation but 100-continue can be met."
        case .timeout: "The request took too long to arrive."
        }
    }

    package var fix: String {
        switch self {
        case .syntax: "Send HTTP/1.1 (RFC 9112)."
        case .target: "Send a path, such as /v1/authorize."
        case .host: "Send one Host field with the host's name."
        case .bodyLength: "Send either Content-Length or Transfer-Encoding: chunked, once."
        case .tunnel: "Use another method."
        case .targetTooLong: "Send a shorter path and query."
        case .headTooLarge: "Send fewer or shorter header fields."
        case .bodyTooLarge: "Send less at once."
        case .overloaded: "Try again."
        case .expectation: "Leave the Expect field out."
        case .timeout: "Send the whole request at once."
        }
    }

    /// When it may be tried again; `nil` where the same would come of it.
    package var retryAfterSeconds: Int64? {
        switch self {
        case .overloaded: 1
        case .syntax, .target, .host, .bodyLength, .tunnel, .targetTooLong, .headTooLarge, .bodyTooLarge, .expectation,
            .timeout:
            nil
        }
    }

    package func writeExtensions(to writer: inout JSONWriter) {
        if let retryAfterSeconds { writer.member("retry_after_ms", retryAfterSeconds * 1_000) }
    }
}
