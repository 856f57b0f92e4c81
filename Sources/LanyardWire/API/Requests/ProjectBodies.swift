package import LanyardCore

/// `POST /v1/projects`.
package struct ProjectCreateBody: Equatable, Sendable {
    package var name: String
    package var prefix: SecretPrefix?
    package var environments: [EnvironmentName]?

    package static func decode(_ value: JSONValue) throws(InvalidRequest) -> ProjectCreateBody {
        try JSONObjectReader.decode(value) { reader in
            ProjectCreateBody(
                name: reader.value("name", placeholder: "") { try $0.slug() },
                prefix: reader.optional("prefix") {
                    try $0.textual(SecretPrefix.self, "a letter a-z and up to 11 letters a-z or digits")
                },
                environments: reader.optionalEnvironments())
        }
    }
}

/// `PATCH /v1/projects/{id}`: nil leaves the environments as they are.
package struct ProjectPatchBody: Equatable, Sendable {
    package var environments: [EnvironmentName]?

    package static func decode(_ value: JSONValue) throws(InvalidRequest) -> ProjectPatchBody {
        try JSONObjectReader.decode(value) { ProjectPatchBody(environments: $0.optionalEnvironments()) }
    }
}

extension JSONObjectReader {
    fileprivate mutating func optionalEnvironments() -> [EnvironmentName]? {
        let environments = optionalArray("environments", count: 1...RecordBounds.environments) { try $0.environment() }
        if let environments, Set(environments).count < environments.count {
            fail("environments", "an environment is named twice")
        }
        return environments
    }
}
