import LanyardWire

extension FuzzTarget {
    /// One for each body of the two APIs.
    static let bodies: [FuzzTarget] = [
        body("key-create", BodySeeds.keys) { try KeyCreateBody.decode($0) },
        body("key-patch", BodySeeds.keys + BodySeeds.patches) { try KeyPatchBody.decode($0) },
        body("key-import", BodySeeds.imports) { try KeyImportBody.decode($0) },
        body("key-rotate", BodySeeds.actions) { try RotateBody.decode($0) },
        body("reason", BodySeeds.actions) { try ReasonBody.decode($0) },
        body("credit", BodySeeds.credits) { try CreditBody.decode($0) },
        body("lookup", BodySeeds.lookups) { try LookupBody.decode($0) },
        body("verify", BodySeeds.checks) { try VerifyBody.decode($0) },
        body("verify-batch", BodySeeds.batches) { try VerifyBatchBody.decode($0) },
        body("finish", BodySeeds.finishes) { try FinishBody.decode($0) },
        body("explain", BodySeeds.explanations) { try ExplainBody.decode($0) },
        body("account-create", BodySeeds.accounts) { try AccountCreateBody.decode($0) },
        body("account-patch", BodySeeds.accounts + BodySeeds.patches) { try AccountPatchBody.decode($0) },
        body("plan-create", BodySeeds.plans) { try PlanCreateBody.decode($0) },
        body("plan-patch", BodySeeds.plans + BodySeeds.patches) { try PlanPatchBody.decode($0) },
        body("policy-create", BodySeeds.policies) { try PolicyCreateBody.decode($0) },
        body("policy-patch", BodySeeds.policies + BodySeeds.patches) { try PolicyPatchBody.decode($0) },
        body("project-create", BodySeeds.projects) { try ProjectCreateBody.decode($0) },
        body("project-patch", BodySeeds.projects) { try ProjectPatchBody.decode($0) },
        body("role-create", BodySeeds.roles) { try RoleCreateBody.decode($0) },
        body("role-patch", BodySeeds.roles) { try RolePatchBody.decode($0) },
    ]

    private static func body<Body: Equatable & Sendable>(
        _ name: String, _ seeds: [String], decode: @escaping @Sendable (JSONValue) throws -> Body
    ) -> FuzzTarget {
        FuzzTarget(bytes: "body-" + name, seeds: seeds, tokens: BodySeeds.tokens, share: 1) { bytes in
            guard let value = try? JSONParser.parse(bytes) else { return .refused }
            do {
                let body = try decode(value)
                guard (try? decode(JSONParser.parse(value.bytes()))) == body else {
                    return .broken("written again it reads as another body, or as none")
                }
            } catch let error as InvalidRequest {
                return BodyReading.flaw(of: error, value).map { .broken($0) } ?? .refused
            } catch {
                return .broken("it throws \(type(of: error)), which no caller expects")
            }
            return strictness(value, decode)
        }
    }

    /// An accepted body with one member that nobody knows, or with one member twice, is refused, and by its name.
    private static func strictness<Body>(_ value: JSONValue, _ decode: (JSONValue) throws -> Body) -> Verdict {
        guard let object = value.object else { return .broken("a body that is no object") }
        let stranger = JSONObject.Member("not_a_field", .null)
        do {
            _ = try decode(.object(JSONObject(object.members + [stranger])))
            return .broken("an unknown field is taken")
        } catch let error as InvalidRequest {
            guard error.errors.contains(where: { $0.pointer.text == "/not_a_field" }) else {
                return .broken("an unknown field is not named: \(error)")
            }
        } catch {
            return .broken("it throws \(type(of: error)), which no caller expects")
        }
        if let first = object.members.first {
            let doubled = JSONValue.object(JSONObject(object.members + [first])).bytes()
            guard (try? JSONParser.parse(doubled)) == nil else {
                return .broken("a field that is there twice is taken")
            }
        }
        return .accepted
    }
}

/// What must hold of a refusal.
enum BodyReading {
    static func flaw(of error: InvalidRequest, _ value: JSONValue) -> String? {
        guard (1...InvalidRequest.most).contains(error.errors.count) else { return "\(error.errors.count) errors" }
        for found in error.errors {
            let pointer = found.pointer.text
            guard [nil, UInt8(ascii: "/")].contains(pointer.utf8.first) else {
                return "a pointer that is none: \(pointer)"
            }
            guard !found.detail.isEmpty, found.detail.utf8.count < 1_000 else {
                return "an error that says nothing, or too much"
            }
        }
        // Values may be secrets in the wrong field. Short ones are in the words of any error by chance.
        let told = error.description
        let longest = texts(in: value).max { $0.utf8.count < $1.utf8.count } ?? ""
        guard longest.utf8.count > 24, told.contains(longest) else { return nil }
        // The names of unknown fields are told.
        return names(in: value).contains { $0.contains(longest) } ? nil : "the error tells a value"
    }

    private static func names(in value: JSONValue) -> [String] {
        switch value {
        case .null, .bool, .number, .string: []
        case .array(let elements): elements.flatMap(names(in:))
        case .object(let object): object.members.flatMap { [$0.name] + names(in: $0.value) }
        }
    }

    /// Strings that stand as values.
    private static func texts(in value: JSONValue) -> [String] {
        switch value {
        case .null, .bool, .number: []
        case .string(let text): [text]
        case .array(let elements): elements.flatMap(texts(in:))
        case .object(let object): object.members.flatMap { texts(in: $0.value) }
        }
    }
}
