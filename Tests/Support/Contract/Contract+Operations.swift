package import LanyardWire

/// One operation of `openapi.yaml`.
package struct ContractOperation: Sendable {
    package let id: String
    package let method: String
    /// With its parameters in braces.
    package let path: String
    /// The listeners that answer it: `data`, `admin`.
    package let tags: [String]
    /// The scope that a caller needs; `nil` for none.
    package let scope: String?
    /// The methods of its path, as `Allow` tells them; `nil` where there is every one.
    package let allowed: [String]?
    /// The media type of its body; `nil` where it takes none.
    package let bodyType: String?
    package let takesIdempotencyKey: Bool
    /// By status.
    package let responses: [Int: ContractResponse]

    package var statuses: [Int] { responses.keys.sorted() }

    /// The status of its success: there is one of each.
    package var success: Int { statuses.first { $0 < 300 } ?? 0 }
}

/// One answer of an operation.
package struct ContractResponse: Sendable {
    /// Its schemas by media type; none where the body is empty.
    package let schemas: [String: JSONValue]
    /// The schema of each line, where the body is lines of JSON: OpenAPI 3.1 has no word for it, so it is ours.
    package let lineSchema: JSONValue?
    /// The names of its fields, in lower case.
    package let fields: Set<String>
}

extension Contract {
    private static let methods = ["get", "head", "post", "put", "patch", "delete", "options", "trace"]

    /// Every operation, in the order of the document.
    package func operations() throws -> [ContractOperation] {
        var operations: [ContractOperation] = []
        for path in document["paths"]?.object?.members ?? [] {
            let allowed = path.value["x-lanyard-allow"]?.string
            for member in path.value.object?.members ?? [] where Self.methods.contains(member.name) {
                operations.append(try operation(member.value, member.name.uppercased(), path.name, allowed))
            }
        }
        return operations
    }

    private func operation(
        _ value: JSONValue, _ method: String, _ path: String, _ allowed: String?
    ) throws -> ContractOperation {
        guard let id = value["operationId"]?.string else { throw ContractError("\(method) \(path) has no operationId") }
        guard let scope = value["x-lanyard-scope"] else { throw ContractError("\(id) has no x-lanyard-scope") }
        guard let allowed else { throw ContractError("\(path) has no x-lanyard-allow") }
        let names = try (value["parameters"]?.array ?? []).map { try resolved($0)["name"]?.string }
        var responses: [Int: ContractResponse] = [:]
        for member in value["responses"]?.object?.members ?? [] {
            guard let status = Int(member.name) else { throw ContractError("\(id): \(member.name) is no status") }
            responses[status] = try response(member.value)
        }
        return ContractOperation(
            id: id, method: method, path: path, tags: value["tags"]?.array?.compactMap(\.string) ?? [],
            scope: scope.string,
            allowed: allowed == "every method" ? nil : allowed.split(separator: ", ").map(String.init),
            bodyType: try value["requestBody"].flatMap { try resolved($0)["content"]?.object?.members.first?.name },
            takesIdempotencyKey: names.contains("Idempotency-Key"), responses: responses)
    }

    private func response(_ value: JSONValue) throws -> ContractResponse {
        let value = try resolved(value)
        var schemas: [String: JSONValue] = [:]
        var lineSchema: JSONValue?
        for member in value["content"]?.object?.members ?? [] {
            schemas[member.name] = member.value["schema"] ?? .null
            if let reference = member.value["x-lanyard-line"] {
                lineSchema = try resolved(.object(of: ("$ref", reference)))
            }
        }
        return ContractResponse(
            schemas: schemas, lineSchema: lineSchema,
            fields: Set(value["headers"]?.object?.members.map { $0.name.lowercased() } ?? []))
    }
}
