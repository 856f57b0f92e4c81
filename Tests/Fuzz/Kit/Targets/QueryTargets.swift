import LanyardCore
import LanyardHTTP
import LanyardWire

extension FuzzTarget {
    static let queries = [query, queryKey]

    private static let querySeeds = [
        "/v1/keys?limit=50&cursor=key_06Fq2mXv9TbLw3ZrYc81Ke", "/a?name=a%20b&name=c", "/a?limit=1&limt=2", "/a?",
        "/a?=x",
        "/a?name", "/a?name=%zz", "/a?%6eame=x&name=y", "/a?limit=+5", "/a?limit=201", "/a?name=a+b", "/a?a=1&&b=2",
        "?key=k",
        "/a?key=lyd_live_0000000000000000000000000000000000000000000000000&key=other",
    ]
    private static let queryTokens = [
        "?", "&", "=", "%", "limit=", "name=", "key=", "%6b", "+", ";", "&&", "%26", "%3d", "#",
    ]

    /// A target whose query has `name` and `limit`.
    private static let query = FuzzTarget(text: "query", seeds: querySeeds, tokens: queryTokens) { text in
        let pairs = QueryReading.pairs(text)
        let names = pairs?.map(\.name) ?? []
        let isKnown = pairs != nil && Set(names).count == names.count && Set(names).isSubset(of: ["name", "limit"])
        do throws(InvalidRequest) {
            let read = try QueryParameters.read(QueryParameters.query(of: text[...]), known: ["name", "limit"])
            guard let pairs, isKnown else { return .broken("an unknown, doubled or broken parameter is taken") }
            guard read == Dictionary(uniqueKeysWithValues: pairs.map { ($0.name, $0.value) }) else {
                return .broken("the oracle reads other values")
            }
            return .accepted
        } catch {
            guard error.errors.allSatisfy({ $0.pointer.text.utf8.first == UInt8(ascii: "?") }) else {
                return .broken("an error whose pointer names no parameter: \(error)")
            }
            guard !isKnown else { return .broken("two known parameters are refused: \(error)") }
            return .refused
        }
    }

    /// A target that may hold a key in `key`.
    private static let queryKey = FuzzTarget(text: "query-key", seeds: querySeeds, tokens: queryTokens) { text in
        let key = KeyReader([.query("key")]).read(FieldLines(lines: []), target: text[...])
        let values = QueryReading.values(of: "key", in: text)
        switch key {
        case .nothing:
            guard let values, values.allSatisfy(\.isEmpty) else { return .broken("a key is overlooked") }
            return .refused
        case .ambiguous:
            if let values, Set(values.map { Array($0.utf8) }).count < 2 { return .broken("one key is ambiguous") }
            return .accepted
        case .text(let found, from: _):
            let bytes = found.withUnsafeBytes { Array($0) }
            guard let values, !values.isEmpty, values.allSatisfy({ Array($0.utf8) == bytes }) else {
                return .broken("the oracle reads another key, several, or none")
            }
            return .accepted
        }
    }
}

/// A query by the plainest reading.
package enum QueryReading {
    /// Names and values, decoded; nil where one can't be.
    package static func pairs(_ target: String) -> [(name: String, value: String)]? {
        var pairs: [(name: String, value: String)] = []
        for raw in rawPairs(target) {
            guard let name = text(raw.name), let value = text(raw.value) else { return nil }
            pairs.append((name, value))
        }
        return pairs
    }

    /// The values of one parameter; nil where one of them can't be decoded.
    static func values(of name: String, in target: String) -> [String]? {
        var values: [String] = []
        for raw in rawPairs(target) where text(raw.name) == name {
            guard let value = text(raw.value) else { return nil }
            values.append(value)
        }
        return values
    }

    private static func rawPairs(_ target: String) -> [(name: [UInt8], value: [UInt8])] {
        let bytes = Array(target.utf8)
        guard let mark = bytes.firstIndex(of: UInt8(ascii: "?")) else { return [] }
        return bytes[(mark + 1)...].split(separator: UInt8(ascii: "&")).map { pair in
            let halves = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            return (Array(halves[0]), halves.count == 2 ? Array(halves[1]) : [])
        }
    }

    private static func text(_ raw: [UInt8]) -> String? {
        PathReading.decoded(raw).flatMap { String(validating: $0, as: UTF8.self) }
    }
}
