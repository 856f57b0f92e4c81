// The names of fields that are read or written, each once.

extension FieldName {
    package static let authorization = FieldName(unchecked: "Authorization")
    package static let apiKey = FieldName(unchecked: "X-API-Key")
    package static let originalMethod = FieldName(unchecked: "X-Original-Method")
    package static let originalURI = FieldName(unchecked: "X-Original-URI")
    package static let realIP = FieldName(unchecked: "X-Real-IP")
    package static let forwardedMethod = FieldName(unchecked: "X-Forwarded-Method")
    package static let forwardedURI = FieldName(unchecked: "X-Forwarded-Uri")
    package static let forwardedFor = FieldName(unchecked: "X-Forwarded-For")
    package static let host = FieldName(unchecked: "Host")
    package static let allow = FieldName(unchecked: "Allow")
    package static let cacheControl = FieldName(unchecked: "Cache-Control")
    package static let contentType = FieldName(unchecked: "Content-Type")
    package static let requestID = FieldName(unchecked: "X-Request-Id")
    package static let traceParent = FieldName(unchecked: "traceparent")
    package static let idempotencyKey = FieldName(unchecked: "Idempotency-Key")
    package static let wwwAuthenticate = FieldName(unchecked: "WWW-Authenticate")
    package static let retryAfter = FieldName(unchecked: "Retry-After")
    package static let rateLimit = FieldName(unchecked: "RateLimit")
    package static let rateLimitPolicy = FieldName(unchecked: "RateLimit-Policy")
    /// With a grant: the key, its account, all its scopes.
    package static let lanyardKeyID = FieldName(unchecked: "Lanyard-Key-Id")
    package static let lanyardAccountID = FieldName(unchecked: "Lanyard-Account-Id")
    package static let lanyardScopes = FieldName(unchecked: "Lanyard-Scopes")
    /// With a denial to nginx: its own status.
    package static let lanyardStatus = FieldName(unchecked: "Lanyard-Status")
}
