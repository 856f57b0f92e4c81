import Foundation
package import LanyardWire
import Yams

/// `openapi.yaml`, as the tests hold the code against it.
package struct Contract: Sendable {
    package static let shared = Result { try Contract() }

    /// The file as it lies in the checkout.
    private static let file = URL(filePath: #filePath)
        .deletingLastPathComponent().appending(path: "../../../openapi.yaml").standardizedFileURL

    package let document: JSONValue

    private init() throws {
        guard let node = try Yams.compose(yaml: Self.text()) else { throw ContractError("openapi.yaml is empty") }
        document = try JSONValue(node)
    }

    package static func text() throws -> String { try String(contentsOf: file, encoding: .utf8) }

    package func schema(_ name: String) throws -> JSONValue {
        guard let schema = document["components"]?["schemas"]?[name] else { throw ContractError("no schema \(name)") }
        return schema
    }

    /// The object with its `$ref` followed.
    package func resolved(_ value: JSONValue) throws -> JSONValue {
        guard let reference = value["$ref"]?.string else { return value }
        var found = document
        for part in reference.split(separator: "/").dropFirst() {
            guard let next = found[String(part)] else { throw ContractError("nothing at \(reference)") }
            found = next
        }
        return try resolved(found)
    }

    package func properties(_ name: String) throws -> [(name: String, schema: JSONValue)] {
        try resolved(schema(name))["properties"]?.object?.members.map { ($0.name, $0.value) } ?? []
    }

    package func required(_ name: String) throws -> Set<String> {
        Set(try resolved(schema(name))["required"]?.array?.compactMap(\.string) ?? [])
    }

    package func examples(_ name: String) throws -> [JSONValue] {
        try schema(name)["examples"]?.array ?? []
    }
}

/// The document is not what a test takes it for.
package struct ContractError: Error, CustomStringConvertible {
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}

extension JSONValue {
    /// A YAML node as the JSON that it stands for.
    fileprivate init(_ node: Node) throws {
        switch node {
        case .mapping(let mapping):
            let members = try mapping.map { key, value in
                guard let name = key.string else { throw ContractError("a key that is no text") }
                return JSONObject.Member(name, try JSONValue(value))
            }
            self = .object(JSONObject(members))
        case .sequence(let sequence): self = .array(try sequence.map(JSONValue.init))
        case .scalar(let scalar):
            switch scalar.style {
            case .plain, .any:
                if node.null != nil {
                    self = .null
                } else if let flag = node.bool {
                    self = .bool(flag)
                } else if node.int != nil || node.float != nil,
                    scalar.string.first.map({ $0.isNumber || $0 == "-" }) == true
                {
                    self = try .text(scalar.string)
                } else {
                    self = .string(scalar.string)
                }
            case .doubleQuoted, .singleQuoted, .literal, .folded: self = .string(scalar.string)
            }
        case .alias: throw ContractError("an alias")
        }
    }
}
