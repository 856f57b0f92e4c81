/// Reads Prometheus' text format 0.0.4 as its specification has it, and refuses what a scraper would.
package struct ExpositionParser {
    package struct Sample: Hashable {
        package let name: String
        package let labels: [String: String]
        package let value: Double
    }

    package struct Problem: Error, Equatable {
        package let line: Int
        package let reason: String
    }

    package struct Exposition {
        package var samples: [Sample] = []
        package var types: [String: String] = [:]
        package var help: [String: String] = [:]

        package func value(_ name: String, _ labels: [String: String] = [:]) -> Double? {
            samples.first { $0.name == name && $0.labels == labels }?.value
        }
    }

    package static func parse(_ bytes: [UInt8]) throws -> Exposition {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw Problem(line: 0, reason: "no UTF-8") }
        var exposition = Exposition()
        guard text.utf8.last == UInt8(ascii: "\n") else { throw Problem(line: 0, reason: "no line feed at the end") }
        var seen: Set<[String]> = []
        var finished: Set<String> = []
        var family = ""
        for (index, line) in text.utf8.dropLast().split(separator: 10, omittingEmptySubsequences: false).enumerated() {
            let line = Substring(line)
            func fail(_ reason: String) -> Problem { Problem(line: index + 1, reason: reason) }
            if line.hasPrefix("# HELP ") || line.hasPrefix("# TYPE ") {
                let parts = line.split(separator: " ", maxSplits: 3, omittingEmptySubsequences: false).map(String.init)
                guard parts.count == 4, isName(parts[2]) else { throw fail("a comment without its parts") }
                if parts[2] != family {
                    guard finished.insert(parts[2]).inserted else { throw fail("\(parts[2]) comes twice") }
                    family = parts[2]
                }
                if parts[1] == "HELP" {
                    exposition.help[family] = parts[3]
                } else {
                    guard exposition.types.updateValue(parts[3], forKey: family) == nil else { throw fail("two types") }
                }
                continue
            }
            var reader = LineReader(line)
            guard let sample = reader.sample() else { throw fail("not a sample: \(line)") }
            let type = exposition.types[family]
            let names = type == "histogram" ? ["_bucket", "_sum", "_count"].map { family + $0 } : [family]
            guard names.contains(sample.name) else { throw fail("\(sample.name) isn't of \(family)") }
            let identity = [sample.name] + sample.labels.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value] }
            guard seen.insert(identity).inserted else { throw fail("a sample comes twice") }
            exposition.samples.append(sample)
        }
        return exposition
    }

    static func isName(_ text: String) -> Bool {
        text.wholeMatch(of: /[a-zA-Z_:][a-zA-Z0-9_:]*/) != nil
    }
}

private struct LineReader {
    private var rest: Substring

    init(_ line: Substring) { rest = line }

    mutating func sample() -> ExpositionParser.Sample? {
        let name = String(rest.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == ":") })
        guard ExpositionParser.isName(name) else { return nil }
        rest.removeFirst(name.count)
        guard let labels = labels(), rest.first == " " else { return nil }
        rest.removeFirst()
        let value: Double? =
            switch rest {
            case "+Inf": .infinity
            case "-Inf": -.infinity
            case "NaN": .nan
            default: rest.wholeMatch(of: /-?[0-9]+(\.[0-9]+)?(e[+-]?[0-9]+)?/) == nil ? nil : Double(rest)
            }
        guard let value else { return nil }
        return ExpositionParser.Sample(name: name, labels: labels, value: value)
    }

    private mutating func labels() -> [String: String]? {
        var labels: [String: String] = [:]
        guard rest.first == "{" else { return labels }
        repeat {
            rest.removeFirst()
            guard let match = rest.prefixMatch(of: /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["n\\])*)"/) else {
                return nil
            }
            rest = rest[match.range.upperBound...]
            let value = unescaped(match.2)
            guard labels.updateValue(value, forKey: String(match.1)) == nil else { return nil }
        } while rest.first == ","
        guard rest.first == "}" else { return nil }
        rest.removeFirst()
        return labels
    }

    private func unescaped(_ text: Substring) -> String {
        var result = ""
        var isEscaped = false
        for character in text.unicodeScalars {
            if isEscaped {
                result.unicodeScalars.append(character == "n" ? "\n" : character)
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else {
                result.unicodeScalars.append(character)
            }
        }
        return result
    }
}
