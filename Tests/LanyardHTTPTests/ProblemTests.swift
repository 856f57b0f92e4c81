import LanyardCore
import LanyardHTTP
import LanyardWire
import Testing

@Suite("Denials and problems over HTTP")
struct ProblemTests {
    private func field(_ response: ProblemResponse, _ name: FieldName) -> String? {
        response.fields.first { $0.name == name }?.value
    }

    @Test(
        "every denial has the status of the contract's table",
        arguments: [
            (400, ["ambiguous_key", "invalid_request_path"]),
            (
                401,
                [
                    "missing_key", "malformed_key", "unknown_key", "revoked_key", "not_yet_valid", "expired_key",
                    "rotated_key",
                    "proof_required", "invalid_signature", "replayed_signature", "invalid_certificate",
                    "invalid_derivation",
                ]
            ),
            (402, ["budget_exceeded"]),
            (
                403,
                [
                    "disabled_key", "account_suspended", "ip_not_allowed", "method_not_allowed_for_key",
                    "path_not_allowed_for_key", "insufficient_scope", "wrong_environment", "wrong_project",
                    "untrusted_proxy",
                ]
            ),
            (429, ["too_many_unknown_keys", "too_many_in_flight", "rate_limited", "quota_exceeded"]),
            (503, ["unavailable"]),
        ])
    func statuses(status: Int, codes: [String]) {
        #expect(Set(codes) == Set(DenialCode.allCases.filter { $0.status == status }.map(\.text)))
    }

    @Test("a 401 carries a challenge, without an error where no key was presented", arguments: DenialCode.allCases)
    func challenges(code: DenialCode) {
        let challenge = field(ProblemResponse(Denial(code)), .wwwAuthenticate)
        switch code.status {
        case 401 where code == .missingKey: #expect(challenge == "Bearer realm=\"lanyard\"")
        case 401: #expect(challenge == "Bearer realm=\"lanyard\", error=\"invalid_token\"")
        case 403 where code == .insufficientScope:
            #expect(challenge == "Bearer realm=\"lanyard\", error=\"insufficient_scope\"")
        default: #expect(challenge == nil)
        }
    }

    @Test(
        "a missing scope is named as a list that suffices",
        arguments: [
            ("invoices:read", "invoices:read"), ("a and b", "a b"), ("(a or b) and c and a", "a b c"),
            ("lanyard:keys:write@payments", "lanyard:keys:write@payments"),
        ])
    func scopes(missing: String, list: String) {
        let denial = Denial(.insufficientScope, .missingScope(missing))
        #expect(
            Challenge.value(for: denial) == "Bearer realm=\"lanyard\", error=\"insufficient_scope\", scope=\"\(list)\"")
    }

    @Test(
        "Retry-After is whole seconds, rounded up and at least 1, where waiting helps",
        arguments: [
            (0, 1), (1, 1), (999, 1), (1_000, 1), (1_001, 2), (59_001, 60),
        ])
    func retryAfter(milliseconds: Int64, seconds: Int64) {
        let denial = Denial(.tooManyUnknownKeys, .wait(milliseconds: milliseconds))
        #expect(field(ProblemResponse(denial), .retryAfter) == "\(seconds)")
    }

    @Test("a denial that waiting does not mend carries no Retry-After")
    func noRetryAfter() {
        for denial in [
            Denial(.revokedKey), Denial(.insufficientScope), Denial(.budgetExceeded), Denial(.untrustedProxy),
            Denial(.tooManyInFlight, .inFlight(maximum: 1, canFinish: false)),
        ] {
            #expect(field(ProblemResponse(denial), .retryAfter) == nil, "\(denial.code)")
        }
        #expect(
            field(ProblemResponse(Denial(.tooManyInFlight, .inFlight(maximum: 1, canFinish: true))), .retryAfter) == "1"
        )
        #expect(field(ProblemResponse(Denial(.unavailable)), .retryAfter) == "1")
    }

    private func quota(
        _ unit: AllowanceUnit, _ period: QuotaPeriod, remaining: Int64 = 0
    ) -> QuotaStatus {
        let end = period.span(containing: Timestamp(milliseconds: 0)).resetsAt
        return QuotaStatus(
            definition: QuotaDefinition(name: "q", unit: unit, amount: 7, period: period), source: .account, limit: 7,
            used: 7 - remaining, remaining: remaining, resetsAt: end)
    }

    @Test("a quota that is used up says until when, a budget and a lifetime are not told to wait by a field")
    func quotas() throws {
        let exceeded = ProblemResponse(
            Denial(.quotaExceeded, .quota(quota(.tokens, .day), retryAfterMilliseconds: 59_001)))
        #expect(exceeded.status == 429)
        #expect(field(exceeded, .retryAfter) == "60")
        let body = try JSONParser.parse(exceeded.body)
        #expect(body["retry_after_ms"]?.number?.int64 == 59_001)
        #expect(
            body["violated"]?.object?.members.map(\.name) == [
                "name", "unit", "amount", "period", "resets_at", "subject",
            ])
        #expect(body["violated"]?["resets_at"] == .string("1970-01-02T00:00:00.000Z"))
        #expect(body["violated"]?["subject"] == .string("account"))
        let budget = ProblemResponse(
            Denial(.budgetExceeded, .quota(quota(.usd, .day), retryAfterMilliseconds: 59_001)))
        #expect(budget.status == 402)
        #expect(field(budget, .retryAfter) == nil)
        #expect(try JSONParser.parse(budget.body)["violated"]?["amount"] == .string("0.000000007"))
        let lifetime = ProblemResponse(
            Denial(.quotaExceeded, .quota(quota(.requests, .lifetime), retryAfterMilliseconds: nil)))
        #expect(lifetime.status == 429)
        #expect(field(lifetime, .retryAfter) == nil)
        #expect(try JSONParser.parse(lifetime.body)["violated"]?["resets_at"] == .null)
    }

    @Test("a denial for a quota says which, and what would help")
    func quotaTexts() {
        func texts(_ quota: QuotaStatus, wait: Int64?) -> (String, String) {
            let denial = Denial(.quotaExceeded, .quota(quota, retryAfterMilliseconds: wait))
            return (denial.detail, denial.fix)
        }
        #expect(
            texts(quota(.requests, .day), wait: 5)
                == (
                    "The quota 'q' of the account is used up for the present day, which ends at 1970-01-02T00:00:00.000Z.",
                    "Wait for the next period, or ask the operator for more."
                ))
        #expect(texts(quota(.requests, .day, remaining: 3), wait: nil).0.contains("costs more than the quota 'q'"))
        #expect(texts(quota(.requests, .day, remaining: 3), wait: nil).1.contains("smaller calls"))
        #expect(texts(quota(.usd, .lifetime), wait: nil).0 == "The budget 'q' of the account is used up.")
        #expect(texts(quota(.usd, .lifetime), wait: nil).1.contains("credits"))
    }

    @Test("nginx gets 401 and 403 alone, with the true status beside it", arguments: DenialCode.allCases)
    func nginx(code: DenialCode) {
        let response = ProblemResponse(Denial(code), dialect: .nginx)
        #expect(response.status == (code.status == 401 ? 401 : 403))
        #expect(field(response, .lanyardStatus) == "\(code.status)")
        for dialect in ProxyDialect.allCases where dialect != .nginx {
            let response = ProblemResponse(Denial(code), dialect: dialect)
            #expect(response.status == code.status)
            #expect(field(response, .lanyardStatus) == nil)
        }
    }

    @Test("the body is a problem with what a program needs to act")
    func body() throws {
        let denial = Denial(.insufficientScope, .missingScope("a:b"))
        let response = ProblemResponse(denial)
        #expect(field(response, .contentType) == "application/problem+json")
        let value = try JSONParser.parse(response.body)
        #expect(value["type"] == .string("urn:lanyard:problem:insufficient_scope"))
        #expect(value["status"]?.number?.int64 == 403)
        #expect(value["code"] == .string("insufficient_scope"))
        #expect(value["missing_scope"] == .string("a:b"))
        #expect(value["detail"] == .string(denial.detail))
        #expect(value["fix"] == .string(denial.fix))
        let waiting = try JSONParser.parse(ProblemResponse(Denial(.rateLimited, .wait(milliseconds: 412))).body)
        #expect(waiting["retry_after_ms"]?.number?.int64 == 412)
        let full = try JSONParser.parse(
            ProblemResponse(Denial(.tooManyInFlight, .inFlight(maximum: 8, canFinish: true))).body)
        #expect(full["violated"]?["name"] == .string("in_flight"))
        #expect(full["violated"]?["amount"]?.number?.int64 == 8)
    }

    @Test("management problems carry what their status promises")
    func management() throws {
        let method = ProblemResponse(ManagementProblem.methodNotAllowed(["GET", "HEAD", "POST"]))
        #expect(method.status == 405)
        #expect(field(method, .allow) == "GET, HEAD, POST")
        let scope = ProblemResponse(ManagementProblem.missing(scope: "lanyard:keys:write@payments"))
        #expect(scope.status == 403)
        #expect(
            field(scope, .wwwAuthenticate)
                == "Bearer realm=\"lanyard\", error=\"insufficient_scope\", scope=\"lanyard:keys:write@payments\"")
        let unavailable = ProblemResponse(ManagementProblem.unavailable("The store cannot be reached."))
        #expect(unavailable.status == 503)
        #expect(field(unavailable, .retryAfter) == "1")
        let invalid = try JSONParser.parse(
            ProblemResponse(.invalid(InvalidRequest(JSONPointer.root.appending("a/b"), "is odd"))).body)
        #expect(invalid["errors"]?.array?.first?["pointer"] == .string("/a~1b"))
        #expect(invalid["errors"]?.array?.first?["detail"] == .string("is odd"))
        let statuses = [
            ManagementProblem.notFound("key"): 404, .noSuchPath: 404, .conflict("d", fix: "f"): 409,
            .digestExists(id: "key_1"): 409, .tooLarge(limit: 1, of: "body"): 413, .idempotencyMismatch: 422,
            .unsupportedMediaType(expected: "application/json"): 415, .selfRotateNotAllowed: 403,
        ]
        for (problem, status) in statuses { #expect(ProblemResponse(problem).status == status) }
    }
}
