package import LanyardCore

// One conversion for each type of Core that a request may hold. Each tells what was expected and never what was sent, for it
// may be a secret in the wrong field.

extension JSONValue {
    /// A value that is written as one string, such as an id; `what` is named where it doesn't read.
    package func textual<Value: LosslessStringConvertible>(
        _ type: Value.Type, _ what: String
    ) throws(FieldMismatch) -> Value {
        guard case .string(let text) = self else { throw .expected("a string", found: self) }
        guard let value = Value(text) else { throw FieldMismatch("expected \(what)") }
        return value
    }

    /// One of an enumeration's raw values.
    package func choice<Value: RawRepresentable & CaseIterable>(
        of type: Value.Type
    ) throws(FieldMismatch) -> Value where Value.RawValue == String {
        guard case .string(let text) = self else { throw .expected("a string", found: self) }
        guard let value = Value(rawValue: text) else {
            throw FieldMismatch("expected one of \(Value.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return value
    }

    /// The name of a project, plan, role or policy: unique, and so without the shape of an id.
    package func slug() throws(FieldMismatch) -> String {
        guard case .string(let text) = self else { throw .expected("a string", found: self) }
        guard text.withBytes({ ScopeSyntax.isProjectName($0) }) else {
            throw FieldMismatch("expected 1 to 63 of a-z, 0-9, '_', '.' and '-', a letter or digit first")
        }
        guard ProjectID(text) == nil, PlanID(text) == nil, RoleID(text) == nil, PolicyID(text) == nil else {
            throw FieldMismatch("must not have the shape of an id")
        }
        return text
    }

    package func scope() throws -> Scope {
        guard case .string(let text) = self else { throw FieldMismatch.expected("a string", found: self) }
        return try Scope(parsing: text)
    }

    package func scopeExpression() throws -> ScopeExpression {
        guard case .string(let text) = self else { throw FieldMismatch.expected("a string", found: self) }
        return try ScopeExpression(parsing: text)
    }

    package func cidr() throws -> CIDR {
        guard case .string(let text) = self else { throw FieldMismatch.expected("a string", found: self) }
        return try CIDR(parsing: text)
    }

    package func pathPattern() throws -> PathPattern {
        guard case .string(let text) = self else { throw FieldMismatch.expected("a string", found: self) }
        return try PathPattern(parsing: text)
    }

    package func method() throws(FieldMismatch) -> HTTPMethodName {
        try textual(HTTPMethodName.self, "an HTTP method in capitals")
    }

    package func address() throws(FieldMismatch) -> IPAddress {
        try textual(IPAddress.self, "an IPv4 or IPv6 address")
    }

    package func environment() throws(FieldMismatch) -> EnvironmentName {
        try textual(EnvironmentName.self, "a letter a-z and up to 11 letters a-z or digits")
    }

    package func timestamp() throws -> Timestamp {
        guard case .string(let text) = self else { throw FieldMismatch.expected("a string", found: self) }
        return try TimestampText.timestamp(text)
    }

    /// A duration within bounds.
    package func duration(in range: ClosedRange<Duration>) throws -> Duration {
        guard case .string(let text) = self else { throw FieldMismatch.expected("a string", found: self) }
        let duration = Duration.milliseconds(try DurationText.milliseconds(text))
        guard range.contains(duration) else {
            throw FieldMismatch(
                "must be from \(DurationText.text(range.lowerBound)) to \(DurationText.text(range.upperBound))")
        }
        return duration
    }

    /// An amount of dollars, written as a string, in nano-dollars.
    package func nanoUSD() throws -> Int64 {
        guard case .string(let text) = self else {
            throw FieldMismatch("expected \(MoneyText.form), as a string; found \(kind)")
        }
        return try MoneyText.nanoDollars(text)
    }

    /// An object that is the owner's own, bounded by its size as JSON.
    package func metadata() throws(FieldMismatch) -> Metadata {
        guard case .object = self else { throw .expected("an object", found: self) }
        let json = bytes()
        guard json.count <= Metadata.maximumBytes else {
            throw FieldMismatch("has \(json.count) bytes as JSON where \(Metadata.maximumBytes) are allowed")
        }
        return Metadata(json: String(decoding: json, as: UTF8.self))
    }

    /// What somebody presented, or nil for the empty text: no secret at all.
    package func secret() throws(FieldMismatch) -> Secret? {
        guard case .string(let text) = self else { throw .expected("a string", found: self) }
        return text.isEmpty ? nil : text.withBytes { Secret(presented: $0) }
    }

    package func digest() throws(FieldMismatch) -> SecretDigest {
        guard case .string(let text) = self else { throw .expected("a string", found: self) }
        guard let digest = SecretDigest(sha256Text: text) else {
            throw FieldMismatch("expected \"sha256:\" and 32 bytes as hexadecimal, base64 or base64url")
        }
        return digest
    }
}
