package import LanyardCore
package import LanyardWire

// # Where a request carries its key
//
// A policy names places, in order. All of them are looked at, for a request that carries two different keys must not be
// judged by the one while whatever stands behind reads the other:
//
// - two different texts in the form of native secrets: ambiguous, wherever they stand;
// - one place filled twice with different content: ambiguous, whatever the content;
// - otherwise a native secret goes before another system's key, that before a signed token (a user's session may travel
//   in `Authorization` beside an `X-API-Key`), and among equals the place that is named first;
// - the same key in two places is one key.
//
// One pass over the fields, and no allocation where the key stands in a header by itself.

/// Reads the key of a request from the places that a policy names.
package struct KeyReader: Sendable {
    /// In the policy's order.
    package let sources: [KeySource]
    private let headers: [HeaderPlace]
    private let readsTarget: Bool
    private let readsBody: Bool

    /// A header, and how its value holds a key.
    private struct HeaderPlace: Sendable {
        let name: FieldName
        let source: KeySource
        let order: Int
    }

    package init(_ sources: [KeySource]) {
        self.sources = sources
        headers = sources.enumerated().compactMap { order, source in
            source.fieldName.map { HeaderPlace(name: $0, source: source, order: order) }
        }
        readsTarget = sources.contains { if case .query = $0 { true } else { false } }
        readsBody = sources.contains { if case .body = $0 { true } else { false } }
    }

    /// Bearer token and `X-API-Key`.
    package static let standard = KeyReader(KeySource.standard)

    /// What the request presents.
    ///
    /// - Parameters:
    ///   - target: the original request's path and query; nil where the way in doesn't know it.
    ///   - body: the members of a JSON body that was read; nil where there is none.
    package func read(
        _ fields: some HeaderFields, target: Substring? = nil, body: JSONObject? = nil
    ) -> PresentedKey {
        var found = Found()
        var seen: UInt32 = 0
        var isDoubled = false
        fields.forEachField { name, value in
            for (index, place) in headers.enumerated() where place.name.matches(name) {
                // A bit for each place: a policy names at most ``RecordBounds/keySources``.
                let bit: UInt32 = 1 << UInt32(truncatingIfNeeded: index)
                if seen & bit != 0 { isDoubled = true }
                seen |= bit
                if let text = place.source.key(inField: value) { found.add(text, place.source, order: place.order) }
            }
        }
        if isDoubled, holdsDifferentValues(fields) { return .ambiguous }
        if readsTarget, let target, !readQuery(of: target, into: &found) { return .ambiguous }
        if readsBody, let body { readMembers(of: body, into: &found) }
        return found.key
    }

    /// What was found until now, and at which of the places.
    private struct Found {
        var key = PresentedKey.nothing
        private var order = Int.max

        mutating func add(_ text: PresentedText, _ source: KeySource, order: Int) {
            key = key.merged(with: text, from: source, isEarlier: order < self.order)
            if case .text(_, from: let chosen) = key, chosen == source { self.order = order }
        }
    }

    /// Whether one of the headers came twice with different values.
    private func holdsDifferentValues(_ fields: some HeaderFields) -> Bool {
        headers.contains { place in
            var first: String?
            var differs = false
            fields.forEachField { name, value in
                guard place.name.matches(name) else { return }
                if let first, !first.utf8.elementsEqual(value.utf8) { differs = true }
                first = first ?? value
            }
            return differs
        }
    }

    /// False where a parameter that holds a key stands twice with different values, or can't be read. What else is in the
    /// query, and how it is encoded, is not looked at.
    private func readQuery(of target: Substring, into found: inout Found) -> Bool {
        for (order, source) in sources.enumerated() {
            guard case .query(let name) = source else { continue }
            var first: String?
            for pair in QueryParameters.pairs(of: QueryParameters.query(of: target)) {
                guard PercentEncoding.decode(pair.name) == name else { continue }
                guard let value = PercentEncoding.decode(pair.value) else { return false }
                if let first, !first.utf8.elementsEqual(value.utf8) { return false }
                first = value
            }
            if let first, !first.isEmpty { found.add(PresentedText(first[...]), source, order: order) }
        }
        return true
    }

    private func readMembers(of body: JSONObject, into found: inout Found) {
        for (order, source) in sources.enumerated() {
            guard case .body(let name) = source, let text = body[name]?.string, !text.isEmpty else { continue }
            found.add(PresentedText(text[...]), source, order: order)
        }
    }
}

extension KeySource {
    /// The header that it reads, if it is one.
    fileprivate var fieldName: FieldName? {
        switch self {
        case .bearer, .basic: .authorization
        case .apiKeyHeader: .apiKey
        case .header(let name): FieldName(name)
        case .query, .body: nil
        }
    }

    /// The key in its header's value; nil where it holds none. An empty value is none: that is what a shell sends for a
    /// variable that isn't set.
    fileprivate func key(inField value: String) -> PresentedText? {
        let text: Substring?
        switch self {
        case .bearer: text = value[...].trimmed.credentials(of: "bearer")
        case .basic: text = value[...].trimmed.credentials(of: "basic").flatMap(Self.userName)
        case .apiKeyHeader, .header: text = value[...].trimmed
        case .query, .body: text = nil
        }
        return text.flatMap { $0.isEmpty ? nil : PresentedText($0) }
    }

    /// The part before the first colon (RFC 7617). The password says nothing here.
    private static func userName(_ credentials: Substring) -> Substring? {
        guard let bytes = Base64.decode(credentials) else { return nil }
        return String(decoding: bytes.prefix { $0 != UInt8(ascii: ":") }, as: UTF8.self)[...]
    }
}

extension Substring {
    /// What stands behind an authentication scheme, whatever the scheme's case (RFC 9110, section 11.4).
    fileprivate func credentials(of scheme: StaticString) -> Substring? {
        let length = scheme.utf8CodeUnitCount
        guard utf8.count >= length else { return nil }
        for (index, byte) in utf8.prefix(length).enumerated() where byte.asciiLowercased != scheme.utf8Start[index] {
            return nil
        }
        let rest = utf8.dropFirst(length)
        guard let first = rest.first else { return "" }
        return first == UInt8(ascii: " ") ? Substring(rest).trimmed : nil
    }

    /// Without spaces and tabs around it.
    var trimmed: Substring {
        func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
        var bytes = utf8
        while let first = bytes.first, isBlank(first) { bytes.removeFirst() }
        while let last = bytes.last, isBlank(last) { bytes.removeLast() }
        return Substring(bytes)
    }
}
