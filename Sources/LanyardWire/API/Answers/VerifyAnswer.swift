package import LanyardCore

/// The answer to one check of `POST /v1/verify`.
///
/// How a denial is told as a problem is HTTP's affair; whoever knows it hands it in.
package struct VerifyAnswer {
    package var denial: Denial?
    /// The key, once it is known whose secret it is, on denials too.
    package var key: ResolvedKey?
    /// The open call, where the key bounds its calls in flight.
    package var grantID: GrantID?
    package var limits: [LimitStatus]
    package var quotas: [QuotaStatus]

    package init(
        denial: Denial?, key: ResolvedKey?, grantID: GrantID?, limits: [LimitStatus], quotas: [QuotaStatus]
    ) {
        self.denial = denial
        self.key = key
        self.grantID = grantID
        self.limits = limits
        self.quotas = quotas
    }

    package func write(to writer: inout JSONWriter, problem: (Denial, inout JSONWriter) -> Void) {
        writer.object { writer in
            writer.decision(denial)
            writer.member("key", key.map { VerifiedKeyAnswer($0) })
            writer.member("grant_id", grantID?.description)
            writer.member("limits", limits)
            writer.member("quotas", quotas)
            if let denial {
                writer.name("problem")
                problem(denial, &writer)
            }
        }
    }
}

/// The answer to `POST /v1/explain`.
package struct ExplainAnswer {
    package var explanation: Explanation

    package init(_ explanation: Explanation) {
        self.explanation = explanation
    }

    package func write(to writer: inout JSONWriter, problem: (Denial, inout JSONWriter) -> Void) {
        writer.object { writer in
            writer.object("decision") { writer in
                writer.decision(explanation.denial)
                if let denial = explanation.denial {
                    writer.name("problem")
                    problem(denial, &writer)
                }
            }
            writer.member("steps", explanation.steps)
            writer.member("limits", explanation.limits)
            writer.member("quotas", explanation.quotas)
        }
    }
}

extension StepVerdict: JSONWritable {
    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("step", step.text)
            writer.member("verdict", outcome.rawValue)
            if let code { writer.member("code", code.text) }
            if let detail { writer.member("detail", detail) }
        }
    }
}

extension JSONWriter {
    /// What a grant's code is.
    package static let grantCode = "ok"

    fileprivate mutating func decision(_ denial: Denial?) {
        member("valid", denial == nil)
        member("code", denial?.code.text ?? Self.grantCode)
    }
}
