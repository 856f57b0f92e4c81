// Names as Prometheus wants them: `[a-zA-Z_:][a-zA-Z0-9_:]*` for metrics (`:` is left to recording rules), and
// `[a-zA-Z_][a-zA-Z0-9_]*` for labels. Other libraries count under names such as `hb.requests`.

enum MetricKind: String, Sendable {
    case counter, gauge, histogram
}

enum MetricName {
    /// The name that a metric is shown under: other characters become `_`, and it ends with what its kind asks for.
    static func name(for label: String, endingWith suffix: String) -> String {
        let name = cleaned(label)
        return name.hasSuffix(suffix) ? name : name + suffix
    }

    /// `text` with everything but letters, digits and `_` replaced by `_`, and not beginning with a digit.
    static func cleaned(_ text: String) -> String {
        var bytes = text.utf8.prefix(maximumLength).map { isWordByte($0) ? $0 : UInt8(ascii: "_") }
        if let first = bytes.first {
            if isDigit(first) { bytes.insert(UInt8(ascii: "_"), at: 0) }
        } else {
            bytes = [UInt8(ascii: "_")]
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    static let maximumLength = 128

    private static func isWordByte(_ byte: UInt8) -> Bool {
        isDigit(byte) || (byte | 0x20) &- UInt8(ascii: "a") < 26 || byte == UInt8(ascii: "_")
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }
}

/// The labels that tell one series of a metric from its others, in the order of their names.
struct LabelSet: Hashable, Sendable, Comparable {
    struct Label: Hashable, Sendable {
        let name: String
        let value: String
    }

    static let maximumValueLength = 256

    let labels: [Label]

    /// Of two dimensions with one name the first counts. `le` belongs to the ranges of histograms, and `__` to Prometheus.
    init(_ dimensions: [(String, String)]) {
        var labels: [Label] = []
        for (name, value) in dimensions {
            var name = MetricName.cleaned(name)
            if name == "le" || name.hasPrefix("__") { name = "exported_" + name }
            if labels.contains(where: { $0.name == name }) { continue }
            let bounded = String(decoding: value.utf8.prefix(Self.maximumValueLength), as: UTF8.self)
            labels.append(Label(name: name, value: bounded))
        }
        self.labels = labels.sorted { $0.name < $1.name }
    }

    static func < (left: LabelSet, right: LabelSet) -> Bool {
        left.labels.lexicographicallyPrecedes(right.labels) { ($0.name, $0.value) < ($1.name, $1.value) }
    }
}
