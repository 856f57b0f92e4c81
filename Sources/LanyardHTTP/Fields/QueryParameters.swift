package import LanyardWire

/// The parameters of a query, as they were sent.
package enum QueryParameters {
    /// What stands behind the first `?` of a target; empty where there is none.
    package static func query(of target: Substring) -> Substring {
        guard let mark = target.utf8.firstIndex(of: UInt8(ascii: "?")) else { return "" }
        return target[target.utf8.index(after: mark)...]
    }

    /// Names and values, still encoded, in their order. A parameter without a `=` has an empty value.
    static func pairs(of query: Substring) -> some Sequence<(name: Substring, value: Substring)> {
        query.utf8.split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: true).lazy.map { pair in
            guard let equals = pair.firstIndex(of: UInt8(ascii: "=")) else { return (Substring(pair), "") }
            return (Substring(pair[..<equals]), Substring(pair[pair.index(after: equals)...]))
        }
    }

    /// A query with other values for some parameters, which stand behind all others; those without a value go.
    /// - Parameter values: Of characters that need no encoding.
    package static func query(_ query: String, with values: [(name: String, value: String?)]) -> String {
        let others = pairs(of: query[...]).filter { pair in
            !values.contains { $0.name == PercentEncoding.decode(pair.name) }
        }
        return
            (others.map { "\($0.name)=\($0.value)" }
            + values.compactMap { name, value in value.map { "\(name)=\($0)" } }).joined(separator: "&")
    }

    /// How many parameters ``read(_:known:)`` reads at most.
    package static let most = 64

    /// The decoded value of each parameter, read as strictly as a body: all that is unknown, doubled or not properly
    /// encoded is told at once, by its name, with `?name` for a pointer.
    package static func read(_ query: Substring, known: [String]) throws(InvalidRequest) -> [String: String] {
        var values: [String: String] = [:]
        var errors: [FieldError] = []
        for (index, pair) in pairs(of: query).enumerated() {
            guard index < most else {
                errors.append(FieldError(.query(""), "there are more than \(most) parameters"))
                break
            }
            guard let name = PercentEncoding.decode(pair.name), let value = PercentEncoding.decode(pair.value) else {
                errors.append(FieldError(.query(String(pair.name)), "is not properly percent-encoded"))
                continue
            }
            if !known.contains(name) {
                errors.append(FieldError(.query(name), unknown(name, among: known)))
            } else if values.updateValue(value, forKey: name) != nil {
                errors.append(FieldError(.query(name), "is there more than once"))
            }
        }
        guard errors.isEmpty else { throw InvalidRequest(errors) }
        return values
    }

    private static func unknown(_ name: String, among known: [String]) -> String {
        let detail = "unknown parameter \"\(JSONPointer.abbreviated(name))\""
        return NameSuggestion.nearest(to: name, among: known).map { "\(detail); did you mean \"\($0)\"?" } ?? detail
    }
}
