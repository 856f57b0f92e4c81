package import LanyardCore

// The fields that several requests have, each with its bounds, written once.

extension JSONObjectReader {
    package mutating func requiredName() -> String { string("name", length: RecordBounds.nameLength) }

    package mutating func optionalName() -> String? { optionalString("name", length: RecordBounds.nameLength) }

    package mutating func optionalEnvironment() -> EnvironmentName? {
        optional("environment") { try $0.environment() }
    }

    package mutating func optionalScopes() -> [Scope]? {
        optionalArray("scopes", count: 0...RecordBounds.scopes) { try $0.scope() }
    }

    package mutating func optionalRoles() -> [String]? {
        optionalArray("roles", count: 0...RecordBounds.roles) { try $0.slug() }
    }

    package mutating func optionalMethods() -> [HTTPMethodName]? {
        optionalArray("methods", count: 0...RecordBounds.methods) { try $0.method() }
    }

    package mutating func optionalPaths() -> [PathPattern]? {
        optionalArray("paths", count: 0...RecordBounds.paths) { try $0.pathPattern() }
    }

    package mutating func optionalAllowlist() -> [CIDR]? {
        optionalArray("ip_allowlist", count: 0...RecordBounds.networks) { try $0.cidr() }
    }

    package mutating func nullableInFlight() -> Int32? {
        nullableInt("in_flight", in: RecordBounds.inFlight).map { Int32(clamping: $0) }
    }

    package mutating func patchInFlight() -> Patch<Int32> {
        patchInt("in_flight", in: RecordBounds.inFlight).map { Int32(clamping: $0) }
    }

    package mutating func optionalMetadata() -> Metadata? {
        optional("metadata") { try $0.metadata() }
    }

    package mutating func optionalBillingDay() -> Int? {
        let days = RecordBounds.billingDays
        return optionalInt("billing_day", in: Int64(days.lowerBound)...Int64(days.upperBound)).map { Int($0) }
    }

    /// A project, plan or policy by its id or name; which one it is, is looked up later.
    package static let referenceLength = 1...64
    /// An account's id or its exact `external_id`.
    package static let accountReferenceLength = 1...200

    /// What a call costs, with what is not named at its default.
    package mutating func optionalCosts(_ name: String) -> Costs? {
        optionalObject(name) { reader in
            let amounts = 0...LimitDefinition.Bounds.amount.upperBound
            return Costs(
                requests: reader.optionalInt("requests", in: amounts) ?? 1,
                tokens: reader.optionalInt("tokens", in: amounts) ?? 0,
                nanoUSD: reader.optional("usd") { try $0.nanoUSD() } ?? 0)
        }
    }

    package mutating func optionalReason() -> String? {
        optionalString("reason", length: 1...RecordBounds.reasonLength)
    }
}
