package import LanyardCore
import LanyardWire

/// A problem as it goes over the wire: the one place that knows which fields an answer with a problem carries.
package struct ProblemResponse: Sendable {
    package let status: Int
    package let fields: [Field]
    package let body: [UInt8]

    package struct Field: Hashable, Sendable {
        package let name: FieldName
        package let value: String
    }

    /// The media type of problems (RFC 9457).
    package static let mediaType = "application/problem+json"

    /// - Parameters:
    ///   - dialect: the proxy that asks; it decides about the status.
    ///   - limits: how the key's limits stand, where it has any.
    package init(_ denial: Denial, dialect: ProxyDialect = .none, limits: some Collection<LimitReading> = []) {
        status = dialect.answered(denial.status)
        body = denial.bytes()
        var fields = Fields()
        fields.add(.wwwAuthenticate, Challenge.value(for: denial))
        fields.add(.retryAfter, denial.retryAfterSeconds.map(String.init))
        if dialect.tellsStatus { fields.add(.lanyardStatus, String(denial.status)) }
        for (name, value) in RateLimitFields.fields(limits) { fields.add(name, value) }
        self.fields = fields.list
    }

    package init(_ problem: ManagementProblem) {
        status = problem.status
        body = problem.bytes()
        var fields = Fields()
        fields.add(.wwwAuthenticate, problem.challenge)
        fields.add(.retryAfter, problem.retryAfterSeconds.map(String.init))
        if !problem.allowedMethods.isEmpty { fields.add(.allow, problem.allowedMethods.joined(separator: ", ")) }
        self.fields = fields.list
    }

    private struct Fields {
        var list = [Field(name: .contentType, value: ProblemResponse.mediaType)]

        mutating func add(_ name: FieldName, _ value: String?) {
            if let value { list.append(Field(name: name, value: value)) }
        }
    }
}
