/// Which proxy stands in front, and so which headers name the original request.
public enum ProxyDialect: String, Hashable, Sendable, Codable, CaseIterable {
    /// No proxy: the request itself is judged.
    case none
    case nginx
    case caddy
    case traefik
    case envoy
    case haproxy
}

/// A place in a request where a key may stand.
public enum KeySource: Hashable, Sendable {
    /// `Authorization: Bearer …` (RFC 6750).
    case bearer
    /// `X-API-Key: …`.
    case apiKeyHeader
    /// Any other header, by its lower-case name.
    case header(String)
    /// The user name of `Authorization: Basic …` (RFC 7617).
    case basic
    /// A query parameter. Ends up in logs of every hop: warned about.
    case query(String)
    /// A member of a JSON or form body, for callers that can send nothing else.
    case body(String)

    /// Where keys are read from unless a policy says otherwise.
    public static let standard: [KeySource] = [.bearer, .apiKeyHeader]
}

extension KeySource: LosslessStringConvertible, Codable {
    /// Reads `bearer`, `x-api-key`, `header:NAME`, `basic`, `query:NAME`, `body:NAME`.
    public init?(_ description: String) {
        switch description {
        case "bearer": self = .bearer
        case "x-api-key": self = .apiKeyHeader
        case "basic": self = .basic
        default:
            guard let colon = description.firstIndex(of: ":") else { return nil }
            let name = String(description[description.index(after: colon)...])
            guard (1...64).contains(name.utf8.count), name.utf8.allSatisfy(KeySource.isTokenByte) else { return nil }
            switch description[..<colon] {
            case "header": self = .header(name.lowercased())
            case "query": self = .query(name)
            case "body": self = .body(name)
            default: return nil
            }
        }
    }

    /// The bytes of an HTTP token (RFC 9110 section 5.6.2).
    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default:
            "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }

    /// The form that ``init(_:)`` reads.
    public var description: String {
        switch self {
        case .bearer: "bearer"
        case .apiKeyHeader: "x-api-key"
        case .header(let name): "header:\(name)"
        case .basic: "basic"
        case .query(let name): "query:\(name)"
        case .body(let name): "body:\(name)"
        }
    }

    /// Reads the text form.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let source = KeySource(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "no place of a key: \(text)")
        }
        self = source
    }

    /// Writes the text form.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// What a forward-auth location demands. Set by the operator, never by the caller.
public struct PolicyRecord: Hashable, Sendable, Codable {
    /// The typed id, `pol_…`.
    public var id: PolicyID
    /// Unique; stands in the path `/v1/authorize/p/{name}`.
    public var name: String
    /// Keys of this project only; `nil` means every project but the built-in one.
    public var project: ProjectID?
    /// Keys of this environment only.
    public var environment: EnvironmentName?
    /// The scope expression to be satisfied, as text.
    public var scope: String?
    /// What a call costs.
    public var costs = Costs.oneRequest
    /// Which proxy stands in front.
    public var dialect = ProxyDialect.none
    /// Where the key is read from, in order.
    public var keyFrom = KeySource.standard
    /// Methods that the location serves; empty means any.
    public var methods: [HTTPMethodName] = []
    /// Paths that the location serves; empty means any.
    public var paths: [PathPattern] = []
    /// When it was made.
    public var createdAt: Timestamp
    /// When it was last changed.
    public var updatedAt: Timestamp

    /// A policy that asks for a valid key and nothing more.
    public init(id: PolicyID, name: String, createdAt: Timestamp) {
        self.id = id
        self.name = name
        self.createdAt = createdAt
        self.updatedAt = createdAt
    }
}
