package import LanyardCore
package import LanyardWire

extension Denial: Problem {
    package var codeText: String { code.text }
    package var title: String { code.title }
    package var status: Int { code.status }

    package func writeExtensions(to writer: inout JSONWriter) {
        if let missingScope { writer.member("missing_scope", missingScope) }
        if let retryAfterMilliseconds { writer.member("retry_after_ms", retryAfterMilliseconds) }
        if let violated = ViolatedAnswer(self) { writer.member("violated", violated) }
    }

    /// `Retry-After` in seconds (RFC 9110, section 10.2.3), at least 1; nil where waiting does not help.
    ///
    /// Where nobody knows how long it will take, a second is said: enough to keep a client from asking in a loop. A budget's
    /// next period stands in the problem alone: libraries that obey the field would retry by themselves.
    package var retryAfterSeconds: Int64? {
        if code == .budgetExceeded { return nil }
        if let retryAfterMilliseconds { return max(1, retryAfterMilliseconds.wholeSeconds) }
        switch context {
        case .inFlight(_, canFinish: true): return 1
        case .inFlight, .limit, .quota: return nil
        case .none, .missingScope, .moment, .demanded, .path, .detail, .wait:
            return code.status == 503 || code.status == 429 ? 1 : nil
        }
    }
}

extension VerifyAnswer: JSONWritable {
    package func write(to writer: inout JSONWriter) {
        write(to: &writer) { denial, writer in denial.write(to: &writer) }
    }
}

extension ExplainAnswer: JSONWritable {
    package func write(to writer: inout JSONWriter) {
        write(to: &writer) { denial, writer in denial.write(to: &writer) }
    }
}
