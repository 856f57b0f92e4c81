package import LanyardCore
import LanyardWire

// The fields of draft-ietf-httpapi-ratelimit-headers, as structured fields (RFC 9651): a list of strings with parameters.
//
//     RateLimit-Policy: "burst";q=10;w=1;qu="requests", "tpm";q=100000;w=60;qu="tokens"
//     RateLimit: "burst";r=9;t=1, "tpm";r=99750;t=60
//
// The draft still moves; everything that would move with it is in this file. The values are written as bytes, by hand: they
// stand in every answer of a key that has limits.

/// Writes `RateLimit-Policy` and `RateLimit` from how a key's limits stand.
package enum RateLimitFields {
    /// Appends the value of `RateLimit-Policy`: `q` is the amount, `w` the window in seconds, `qu` the unit.
    package static func appendPolicy(_ limits: some Collection<LimitReading>, to bytes: inout [UInt8]) {
        append(limits, to: &bytes) { limit, bytes in
            bytes.append(contentsOf: name(of: limit, among: limits))
            let definition = limit.rule.definition
            bytes.append(parameter: "q", definition.amount)
            bytes.append(parameter: "w", definition.windowMilliseconds.wholeSeconds)
            bytes.append(contentsOf: ";qu=\"".utf8)
            bytes.append(contentsOf: unit(definition.unit).utf8)
            bytes.append(UInt8(ascii: "\""))
        }
    }

    /// Appends the value of `RateLimit`: `r` is what remains, `t` the seconds until it is reset.
    package static func appendState(_ limits: some Collection<LimitReading>, to bytes: inout [UInt8]) {
        append(limits, to: &bytes) { limit, bytes in
            appendState(of: limit, name: name(of: limit, among: limits), to: &bytes)
        }
    }

    /// Appends one limit's part of `RateLimit`, by its name as ``name(of:among:)`` has it.
    @inline(__always)
    package static func appendState(of limit: LimitReading, name: [UInt8], to bytes: inout [UInt8]) {
        bytes.append(contentsOf: name)
        bytes.append(parameter: "r", limit.remaining)
        bytes.append(parameter: "t", limit.resetMilliseconds.wholeSeconds)
    }

    /// Both fields with their values; none where the key has no limits.
    package static func fields(_ limits: some Collection<LimitReading>) -> [(FieldName, String)] {
        if limits.isEmpty { return [] }
        var policy: [UInt8] = []
        var state: [UInt8] = []
        appendPolicy(limits, to: &policy)
        appendState(limits, to: &state)
        return [
            (.rateLimitPolicy, String(decoding: policy, as: UTF8.self)),
            (.rateLimit, String(decoding: state, as: UTF8.self)),
        ]
    }

    private static func append(
        _ limits: some Collection<LimitReading>, to bytes: inout [UInt8],
        _ value: (LimitReading, inout [UInt8]) -> Void
    ) {
        var isFirst = true
        for limit in limits {
            if !isFirst { bytes.append(contentsOf: ", ".utf8) }
            isFirst = false
            value(limit, &bytes)
        }
    }

    /// A limit's name as a structured field's string, quotes included.
    package static func name(of limit: LimitReading, among limits: some Collection<LimitReading>) -> [UInt8] {
        let rule = limit.rule
        var bytes = [UInt8(ascii: "\"")]
        // A key's, its plan's and its account's limits may have one name; only then is the owner told with it.
        if limits.count(where: { $0.rule.definition.name == rule.definition.name }) > 1, rule.source != .key {
            bytes.append(contentsOf: rule.source.rawValue.utf8)
            bytes.append(UInt8(ascii: "/"))
        }
        bytes.append(contentsOf: rule.definition.name.utf8)
        bytes.append(UInt8(ascii: "\""))
        return bytes
    }

    /// What is counted. Money is counted in nano-dollars here as everywhere: the field knows no fractions of a quota.
    private static func unit(_ unit: AllowanceUnit) -> String {
        switch unit {
        case .requests: "requests"
        case .tokens: "tokens"
        case .usd: "nanousd"
        }
    }
}

extension [UInt8] {
    /// The most that an integer of a structured field may be (RFC 9651, section 3.3.1).
    private static let largestInteger: Int64 = 999_999_999_999_999

    fileprivate mutating func append(parameter name: Unicode.Scalar, _ value: Int64) {
        append(UInt8(ascii: ";"))
        append(UInt8(ascii: name))
        append(UInt8(ascii: "="))
        appendDecimal(Swift.min(value, Self.largestInteger))
    }
}

extension Int64 {
    /// Milliseconds as whole seconds, rounded up: whoever waits so long has waited long enough.
    package var wholeSeconds: Int64 { self / 1_000 + (self % 1_000 > 0 ? 1 : 0) }
}
