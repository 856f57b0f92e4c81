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

    /// How many parameters ``decoded(_:)`` reads at most.
    package static let most = 64

    /// Names and values, decoded, in their order; nil where one isn't properly encoded, or there are too many.
    package static func decoded(_ query: Substring) -> [(name: String, value: String)]? {
        var decoded: [(name: String, value: String)] = []
        for pair in pairs(of: query) {
            guard decoded.count < most, let name = PercentEncoding.decode(pair.name),
                let value = PercentEncoding.decode(pair.value)
            else { return nil }
            decoded.append((name, value))
        }
        return decoded
    }
}
