import LanyardWire
import TestSupport
import Testing

/// A schema of `openapi.yaml` that describes a request, and what reads it.
struct RequestSchema: CustomTestStringConvertible, Sendable {
    let name: String
    let read: @Sendable (JSONValue) throws(InvalidRequest) -> Void

    var testDescription: String { name }

    static let all: [RequestSchema] = [
        RequestSchema(name: "KeyCreate") { value throws(InvalidRequest) in _ = try KeyCreateBody.decode(value) },
        RequestSchema(name: "KeyPatch") { value throws(InvalidRequest) in _ = try KeyPatchBody.decode(value) },
        RequestSchema(name: "KeyImportLine") { value throws(InvalidRequest) in _ = try KeyImportBody.decode(value) },
        RequestSchema(name: "RotateRequest") { value throws(InvalidRequest) in _ = try RotateBody.decode(value) },
        RequestSchema(name: "CreditRequest") { value throws(InvalidRequest) in _ = try CreditBody.decode(value) },
        RequestSchema(name: "ReasonRequest") { value throws(InvalidRequest) in _ = try ReasonBody.decode(value) },
        RequestSchema(name: "LookupRequest") { value throws(InvalidRequest) in _ = try LookupBody.decode(value) },
        RequestSchema(name: "VerifyRequest") { value throws(InvalidRequest) in _ = try VerifyBody.decode(value) },
        RequestSchema(name: "VerifyBatchRequest") { value throws(InvalidRequest) in
            _ = try VerifyBatchBody.decode(value)
        },
        RequestSchema(name: "FinishRequest") { value throws(InvalidRequest) in _ = try FinishBody.decode(value) },
        RequestSchema(name: "ExplainRequest") { value throws(InvalidRequest) in _ = try ExplainBody.decode(value) },
        RequestSchema(name: "ProjectCreate") { value throws(InvalidRequest) in
            _ = try ProjectCreateBody.decode(value)
        },
        RequestSchema(name: "ProjectPatch") { value throws(InvalidRequest) in _ = try ProjectPatchBody.decode(value) },
        RequestSchema(name: "AccountCreate") { value throws(InvalidRequest) in
            _ = try AccountCreateBody.decode(value)
        },
        RequestSchema(name: "AccountPatch") { value throws(InvalidRequest) in _ = try AccountPatchBody.decode(value) },
        RequestSchema(name: "PlanCreate") { value throws(InvalidRequest) in _ = try PlanCreateBody.decode(value) },
        RequestSchema(name: "PlanPatch") { value throws(InvalidRequest) in _ = try PlanPatchBody.decode(value) },
        RequestSchema(name: "RoleCreate") { value throws(InvalidRequest) in _ = try RoleCreateBody.decode(value) },
        RequestSchema(name: "RolePatch") { value throws(InvalidRequest) in _ = try RolePatchBody.decode(value) },
        RequestSchema(name: "PolicyCreate") { value throws(InvalidRequest) in _ = try PolicyCreateBody.decode(value) },
        RequestSchema(name: "PolicyPatch") { value throws(InvalidRequest) in _ = try PolicyPatchBody.decode(value) },
    ]

    func errors(_ value: JSONValue) -> [FieldError] {
        do {
            try read(value)
            return []
        } catch {
            return error.errors
        }
    }
}

@Suite("Requests, held against openapi.yaml")
struct RequestContractTests {
    private let contract: Contract

    init() throws {
        contract = try Contract.shared.get()
    }

    @Test("every schema of a request has its reader")
    func complete() throws {
        let schemas = try #require(contract.document["components"]?["schemas"]?.object).members.map(\.name)
        let requests = schemas.filter { name in
            ["Create", "Patch", "Request", "ImportLine"].contains { name.hasSuffix($0) }
        }
        #expect(Set(requests) == Set(RequestSchema.all.map(\.name)))
    }

    @Test("the contract's examples are read", arguments: RequestSchema.all)
    func examples(schema: RequestSchema) throws {
        for example in try contract.examples(schema.name) {
            #expect(try SchemaValidator(contract: contract).problems(example, schema.name) == [])
            #expect(schema.errors(example) == [])
        }
    }

    @Test("every field of the contract is known, and no other", arguments: RequestSchema.all)
    func fields(schema: RequestSchema) throws {
        for property in try contract.properties(schema.name) {
            let unknown = schema.errors(.object(of: (property.name, .bool(true)))).filter {
                $0.detail.hasPrefix("unknown")
            }
            #expect(unknown == [])
        }
        let errors = schema.errors(.object(of: ("no_such_field", .bool(true))))
        #expect(errors.contains { $0.pointer.text == "/no_such_field" && $0.detail.hasPrefix("unknown field") })
    }

    @Test("exactly the fields that the contract requires are required", arguments: RequestSchema.all)
    func required(schema: RequestSchema) throws {
        let missing = schema.errors(.object(JSONObject())).filter { $0.detail == "is required" }.map(\.pointer.text)
        #expect(Set(missing) == Set(try contract.required(schema.name).map { "/" + $0 }))
    }

    @Test("null is taken exactly where the contract allows it", arguments: RequestSchema.all)
    func nulls(schema: RequestSchema) throws {
        for property in try contract.properties(schema.name) {
            let isRefused = schema.errors(.object(of: (property.name, .null)))
                .contains { $0.pointer.text == "/" + property.name && !$0.detail.hasPrefix("not together") }
            #expect(isRefused == !(try isNullable(property.schema)), "\(property.name)")
        }
    }

    private func isNullable(_ schema: JSONValue) throws -> Bool {
        let schema = try contract.resolved(schema)
        let types = schema["type"]?.array ?? []
        return types.contains(.string("null"))
            || (schema["anyOf"]?.array ?? []).contains { $0["type"] == .string("null") }
    }

    @Test(
        "a quota is read exactly where the contract's schema of one holds",
        arguments: [
            "KeyCreate", "KeyPatch", "KeyImportLine", "AccountCreate", "AccountPatch", "PlanCreate",
            "PlanPatch",
        ])
    func quotas(name: String) throws {
        let schema = try #require(RequestSchema.all.first { $0.name == name })
        let validator = SchemaValidator(contract: contract)
        for text in Self.quotas {
            let quota = try JSONParser.parse(Array(text.utf8))
            let isRight = try validator.problems(quota, "Quota").isEmpty
            let errors = schema.errors(.object(of: ("quotas", .array([quota])))).filter {
                $0.pointer.text.hasPrefix("/quotas")
            }
            #expect(errors.isEmpty == isRight, "\(text): \(errors)")
        }
        for value in [JSONValue.null, .object(JSONObject()), .bool(true), .array([.int(1)])] {
            #expect(schema.errors(.object(of: ("quotas", value))).contains { $0.pointer.text.hasPrefix("/quotas") })
        }
        #expect(!schema.errors(.object(of: ("quotas", .array([])))).contains { $0.pointer.text == "/quotas" })
    }

    /// Every field at its bounds and beyond them.
    private static let quotas: [String] = {
        let amounts = [
            "1", "0", "-1", "1.5", "1000000000000", "1000000000001", #""5.00""#, #""0""#, #""0.00""#, "null",
        ]
        let units = ["", #""unit":"requests","#, #""unit":"tokens","#, #""unit":"usd","#, #""unit":"eur","#]
        let periods = ["hour", "day", "week", "month", "lifetime", "year"]
        let all = units.flatMap { unit in
            periods.flatMap { period in
                amounts.map { #"{"name":"a",\#(unit)"amount":\#($0),"period":"\#(period)"}"# }
            }
        }
        let more = [
            #""alert_at":[]"#, #""alert_at":[1,100]"#, #""alert_at":[0]"#, #""alert_at":[101]"#, #""alert_at":50"#,
            #""alert_at":[1,2,3,4,5,6,7,8,9,10,11]"#, #""on_outage":"deny""#, #""on_outage":"allow""#,
            #""on_outage":"close""#, #""window":"1s""#, #""on_outage":null"#,
        ]
        let names = ["", "a b", "é", String(repeating: "a", count: 64), String(repeating: "a", count: 65)]
        return all
            + more.map { #"{"name":"a","amount":1,"period":"day",\#($0)}"# }
            + names.map { #"{"name":"\#($0)","amount":1,"period":"day"}"# }
            + [#"{"name":"a","amount":1}"#, #"{"name":"a","period":"day"}"#, #"{"amount":1,"period":"day"}"#]
    }()
}
