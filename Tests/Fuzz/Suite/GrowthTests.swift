import Foundation
import LanyardHTTP
import LanyardWire
import Testing

@testable import LanyardCore
@testable import LanyardServer

/// That no input makes a parser work longer than in proportion to the input's length.
@Suite("Work grows with the input and no faster")
struct GrowthTests {
    /// An input of a size, and what reads it.
    struct Family: Sendable, CustomTestStringConvertible {
        let name: String
        let size: Int
        let read: @Sendable (_ size: Int) -> (() -> Void)

        var testDescription: String { name }

        init(_ name: String, size: Int, _ read: @escaping @Sendable (Int) -> (() -> Void)) {
            (self.name, self.size, self.read) = (name, size, read)
        }

        init(json piece: String, between ends: (String, String), size: Int) {
            self.init("JSON of many \(piece)", size: size) { count in
                let bytes = Array((ends.0 + String(repeating: piece, count: count) + ends.1).utf8)
                return { _ = try? JSONParser.parse(bytes) }
            }
        }
    }

    static let families: [Family] = [
        Family(json: "1,", between: ("[", "1]"), size: 2_000),
        Family(json: "\\u0041", between: ("\"", "\""), size: 4_000),
        Family(json: " ", between: ("[", "]"), size: 20_000),
        Family(json: "a", between: ("{\"", "\":1}"), size: 20_000),
        Family(json: "[", between: ("", ""), size: 4_000),
        Family(json: "9", between: ("[", "]"), size: 8_000),
        Family(json: "\u{301}", between: ("{\"e", "\":1}"), size: 4_000),
        Family("members of one object", size: 60) { count in
            let bytes = Array(("{" + (0..<count).map { "\"m\($0)\":1" }.joined(separator: ",") + "}").utf8)
            return { _ = try? KeyCreateBody.decode(JSONParser.parse(bytes)) }
        },
        Family("a path of encoded percents", size: 160) { count in
            let path = "/" + String(repeating: "%25", count: count)
            return { _ = try? CanonicalPath(rawPath: path) }
        },
        Family("a path of short segments", size: 256) { count in
            let path = String(repeating: "/a", count: count)
            return { _ = try? CanonicalPath(rawPath: path) }
        },
        Family("a list of proxies", size: 200) { count in
            let list = String(repeating: "10.0.0.1, ", count: count) + "203.0.113.1"
            let reader = ForwardedRequestReader(.envoy, trustedProxies: CIDRSet([CIDR("10.0.0.0/8")].compactMap { $0 }))
            let call = ForwardAuthCall(peer: IPAddress("10.0.0.1"), method: "GET", target: "/", suffix: "/")
            return { _ = reader.read(call, [Line(name: "X-Forwarded-For", value: list)]) }
        },
        Family("a query of many parameters", size: 300) { count in
            let target = "/a?" + (0..<count).map { "p\($0)=%20" }.joined(separator: "&")
            return { _ = try? QueryParameters.read(QueryParameters.query(of: target[...]), known: ["name"]) }
        },
        Family("blanks around a key", size: 10_000) { count in
            let value = String(repeating: " ", count: count)
            return { _ = KeyReader.standard.read([Line(name: "Authorization", value: value + "Bearer x" + value)]) }
        },
        Family("unknown settings", size: 20) { count in
            let text = (0..<count).map { "setting_\($0): 1\n" }.joined()
            return { _ = try? ConfigurationFile.parse(text, path: "f") }
        },
        Family("a list of networks", size: 60) { count in
            let text = "trusted_proxy:\n" + String(repeating: "  - 10.0.0.0/8\n", count: count)
            return { _ = try? ConfigurationFile.parse(text, path: "f") }
        },
        Family("brackets in a configuration", size: 1_000) { count in
            let text = "data: " + String(repeating: "[", count: count)
            return { _ = try? ConfigurationFile.parse(text, path: "f") }
        },
    ]

    /// Processor time, not the clock's: a busy machine stretches that.
    private static func seconds(_ body: () -> Void) -> Double {
        func now() -> Double {
            var time = timespec()
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
            return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
        }
        let start = now()
        body()
        return now() - start
    }

    @Test("sixteen times the input takes nowhere near 256 times the work", arguments: families)
    func growth(family: Family) {
        let (small, large) = (family.read(family.size), family.read(16 * family.size))
        func best(_ body: () -> Void) -> Double { (0..<5).map { _ in Self.seconds(body) }.min() ?? 0 }
        // Below some microseconds a clock's grain is all that is measured.
        let (short, long) = (max(best(small), 20e-6), best(large))
        #expect(long < 90 * short, "\(family.name): \(short) s, and \(long) s for sixteen times as much")
    }

    @Test("matching a path takes at most as many steps as pattern and path have bytes, multiplied")
    func steps() throws {
        let patterns = [
            "/**/a/**/a/**/a/**/b", "/*a*a*a*a*a*a*a*a*b", "/**/*a*a*a*b/**/*a*b", "/a/**/b/**/c/**/d",
        ]
        let paths = [
            String(repeating: "/a", count: 2_000), "/" + String(repeating: "a", count: 4_000),
            String(repeating: "/aaaaaaaa", count: 400), String(repeating: "/a/b/c", count: 500),
        ]
        for pattern in try patterns.map({ try PathPattern(parsing: $0) }) {
            for path in try paths.map({ try CanonicalPath(rawPath: $0) }) {
                let bound = pattern.description.utf8.count * path.description.utf8.count
                var budget = bound
                _ = pattern.matches(path, budget: &budget)
                #expect(budget >= 0, "\(pattern) takes more than \(bound) steps")
            }
        }
        let set = PathPatternSet(try patterns.map { try PathPattern(parsing: $0) })
        var budget = PathMatcher.stepBudget
        for pattern in set.patterns { _ = pattern.matches(try CanonicalPath(rawPath: paths[0]), budget: &budget) }
        #expect(budget > -8_192, "what the patterns of a set take together is bounded: \(budget)")
    }
}

private struct Line: Sendable {
    let name: String
    let value: String
}

extension [Line]: HeaderFields {
    func forEachField(_ body: (_ name: String, _ value: String) -> Void) {
        for line in self { body(line.name, line.value) }
    }
}
