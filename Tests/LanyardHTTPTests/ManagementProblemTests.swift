import LanyardCore
import LanyardHTTP
import LanyardManagement
import LanyardWire
import Testing

@Suite("Refused use-cases over HTTP")
struct ManagementProblemTests {
    @Test(
        "each refusal has its status and its code, and a denial is told as the denial that it is",
        arguments: [
            (ManagementError.invalid("/name", "expected text"), 400, "invalid_request"),
            (.insufficientScope(missing: "lanyard:keys:write"), 403, "insufficient_scope"),
            (.notFound("key with this id"), 404, "not_found"), (.conflict("this is so", id: "key_1"), 409, "conflict"),
            (.idempotencyMismatch, 422, "idempotency_mismatch"),
            (.idempotencyExpired(target: "key_1"), 409, "conflict"),
            (.selfRotationNotAllowed, 403, "self_rotate_not_allowed"), (.denied(.disabledKey), 403, "disabled_key"),
            (.denied(.unknownKey), 401, "unknown_key"),
        ])
    func statuses(error: ManagementError, status: Int, code: String) throws {
        let response = ProblemResponse(error)
        #expect(response.status == status)
        #expect(try JSONParser.parse(response.body).object?["code"]?.string == code)
        let isChallenge = code == "insufficient_scope" || status == 401
        #expect(response.fields.contains { $0.name == .wwwAuthenticate } == isChallenge)
    }

    @Test("a conflict's words are a sentence, with the object that is in the way")
    func conflict() {
        let problem = ManagementProblem(.conflict("this secret was rotated away", id: "key_1"))
        #expect(problem.detail == "This secret was rotated away.")
        #expect(problem.objectID == "key_1")
    }
}
