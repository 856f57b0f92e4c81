import LanyardWire
import NIOHTTP1
import TestSupport

/// Holds answers against `openapi.yaml`.
struct AnswerCheck {
    let contract: Contract

    init() throws {
        contract = try Contract.shared.get()
    }

    /// All that is wrong with an answer to an operation.
    func problems(_ answer: Answer, to operation: ContractOperation, method: String, code: String?) throws -> [String] {
        guard let promised = operation.responses[answer.status] else {
            return ["\(answer.status) is not promised: \(answer.text)"]
        }
        var found = try bodyProblems(answer, promised, isBodiless: method == "HEAD" || answer.status == 204)
        found += fieldProblems(answer, promised, method: method)
        if answer.status >= 400, method != "HEAD" { found += problemProblems(answer, code: code) }
        return found
    }

    private func bodyProblems(_ answer: Answer, _ promised: ContractResponse, isBodiless: Bool) throws -> [String] {
        if promised.schemas.isEmpty || isBodiless {
            return answer.body.isEmpty ? [] : ["a body where there is none: \(answer.text)"]
        }
        guard let type = answer.mediaType, let schema = promised.schemas[type] else {
            return ["\(answer.mediaType ?? "no media type") instead of \(promised.schemas.keys.sorted())"]
        }
        let validator = SchemaValidator(contract: contract)
        switch type {
        case "application/json", "application/problem+json":
            guard let value = answer.json else { return ["no JSON: \(answer.text)"] }
            return try validator.problems(value, schema)
        case "application/x-ndjson":
            guard let schema = promised.lineSchema else { return ["no schema of a line"] }
            return try answer.body.split(separator: UInt8(ascii: "\n")).flatMap { line in
                try validator.problems(JSONParser.parse(line), schema)
            }
        default: return answer.body.isEmpty ? ["no body"] : []
        }
    }

    /// Fields that mean something to a client: where one is there, the contract has to say so.
    private static let told = [
        "www-authenticate", "retry-after", "allow", "cache-control", "lanyard-status", "lanyard-key-id",
        "lanyard-account-id", "lanyard-scopes", "x-request-id", "link",
    ]

    private func fieldProblems(_ answer: Answer, _ promised: ContractResponse, method: String) -> [String] {
        var found: [String] = []
        for name in Self.told where answer.headers.contains(name: name) && !promised.fields.contains(name) {
            // A problem is never to be kept by a cache, which needs no promise.
            if name != "cache-control" && name != "x-request-id" { found.append("\(name) is not promised") }
        }
        func require(_ name: String, _ value: (String) -> Bool = { !$0.isEmpty }) {
            guard let text = answer.header(name) else { return found.append("\(name) is missing") }
            if !value(text) { found.append("\(name): \(text)") }
        }
        if promised.fields.contains("x-request-id") {
            require("X-Request-Id") { $0.wholeMatch(of: /[A-Za-z0-9._-]{1,64}/) != nil }
        }
        switch (answer.status, answer.code) {
        case (401, _): require("WWW-Authenticate") { $0.hasPrefix("Bearer realm=\"lanyard\"") }
        case (403, "insufficient_scope"): require("WWW-Authenticate") { $0.contains("insufficient_scope") }
        case (429, "rate_limited"), (429, "too_many_unknown_keys"), (503, _):
            require("Retry-After") { Int($0).map { $0 >= 1 } ?? false }
        default: break
        }
        if answer.code == "rate_limited" {
            require("RateLimit-Policy")
            require("RateLimit")
        }
        if answer["secret"] != nil { require("Cache-Control") { $0 == "no-store" } }
        for name in ["Content-Type", "X-Request-Id", "Content-Length"] where answer.headers[name].count > 1 {
            found.append("\(name) is doubled")
        }
        return found
    }

    private func problemProblems(_ answer: Answer, code: String?) -> [String] {
        var found: [String] = []
        if answer.code != code {
            found.append("\(answer.code ?? "no code") instead of \(code ?? "none"): \(answer.text)")
        }
        if answer["status"]?.number?.int64 != Int64(answer.status) { found.append("another status in the body") }
        if answer["fix"]?.string?.isEmpty != false { found.append("no fix") }
        if let type = answer["type"]?.string, type != "urn:lanyard:problem:\(answer.code ?? "")" {
            found.append("type \(type)")
        }
        return found
    }
}
