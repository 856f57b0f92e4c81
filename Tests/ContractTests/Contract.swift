import Foundation
import LanyardWire
import Testing
import Yams

/// `openapi.yaml`, as the tests hold the code against it.
struct Contract {
    static let shared = Result { try Contract() }

    let document: JSONValue

    private init() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../openapi.yaml")
        let node = try #require(try Yams.compose(yaml: String(contentsOf: root, encoding: .utf8)))
        document = try JSONValue(node)
    }

    func schema(_ name: String) throws -> JSONValue {
        try #require(document["components"]?["schemas"]?[name], "no schema \(name)")
    }

    /// The schema with its `$ref` followed.
    func resolved(_ schema: JSONValue) throws -> JSONValue {
        guard let reference = schema["$ref"]?.string else { return schema }
        var value = document
        for part in reference.split(separator: "/").dropFirst() { value = try #require(value[String(part)]) }
        return try resolved(value)
    }

    func properties(_ name: String) throws -> [(name: String, schema: JSONValue)] {
        try resolved(schema(name))["properties"]?.object?.members.map { ($0.name, $0.value) } ?? []
    }

    func required(_ name: String) throws -> Set<String> {
        Set(try resolved(schema(name))["required"]?.array?.compactMap(\.string) ?? [])
    }

    func examples(_ name: String) throws -> [JSONValue] {
        try schema(name)["examples"]?.array ?? []
    }
}

extension JSONValue {
    /// A YAML node as the JSON that it stands for.
    fileprivate init(_ node: Node) throws {
        switch node {
        case .mapping(let mapping):
            self = .object(
                JSONObject(
                    try mapping.map { JSONObject.Member(try #require($0.key.string), try JSONValue($0.value)) }))
        case .sequence(let sequence): self = .array(try sequence.map(JSONValue.init))
        case .scalar(let scalar):
            switch scalar.style {
            case .plain, .any:
                if node.null != nil {
                    self = .null
                } else if let flag = node.bool {
                    self = .bool(flag)
                } else if node.int != nil || node.float != nil, scalar.string.first?.isNumber == true {
                    self = try .text(scalar.string)
                } else {
                    self = .string(scalar.string)
                }
            case .doubleQuoted, .singleQuoted, .literal, .folded: self = .string(scalar.string)
            }
        case .alias: throw FieldMismatch("an alias")
        }
    }
}
