// The text exposition format 0.0.4 of Prometheus.

extension PrometheusRegistry {
    /// The media type of ``exposition()``.
    package static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// Everything that is counted, as text: metrics by name, and a metric's series by their labels.
    package func exposition() -> [UInt8] {
        var text = ExpositionText()
        for (name, family) in read() where !family.series.isEmpty {
            text.head(name, family.kind, help: family.help)
            for (labels, instrument) in family.series.sorted(by: { $0.key < $1.key }) {
                text.series(name, labels, instrument)
            }
        }
        return text.bytes
    }
}

private struct ExpositionText {
    var bytes: [UInt8] = []

    mutating func head(_ name: String, _ kind: MetricKind, help: String) {
        if !help.isEmpty {
            append("# HELP \(name) ")
            appendEscaped(help, quotes: false)
            append("\n")
        }
        append("# TYPE \(name) \(kind.rawValue)\n")
    }

    mutating func series(_ name: String, _ labels: LabelSet, _ instrument: PrometheusRegistry.Instrument) {
        switch instrument {
        case .counter(let counter): sample(name, labels, value: "\(counter.value)")
        case .floatingPointCounter(let counter): sample(name, labels, value: Self.number(counter.value))
        case .gauge(let gauge): sample(name, labels, value: Self.number(gauge.value))
        case .histogram(let histogram): self.histogram(name, labels, histogram)
        }
    }

    private mutating func histogram(_ name: String, _ labels: LabelSet, _ histogram: HistogramInstrument) {
        // The counts are read before the sum: a value that arrives in between makes the mean a trifle too high, never 0/0.
        let counts = histogram.cumulativeCounts
        for (count, bound) in zip(counts, histogram.shownBounds + [.infinity]) {
            sample(name + "_bucket", labels, upperBound: Self.number(bound), value: "\(count)")
        }
        sample(name + "_sum", labels, value: Self.number(histogram.sum))
        sample(name + "_count", labels, value: "\(counts.last ?? 0)")
    }

    private mutating func sample(_ name: String, _ labels: LabelSet, upperBound: String? = nil, value: String) {
        append(name)
        var pairs = labels.labels.map { ($0.name, $0.value) }
        if let upperBound { pairs.append(("le", upperBound)) }
        for (index, (label, text)) in pairs.enumerated() {
            append(index == 0 ? "{" : ",")
            append(label)
            append("=\"")
            appendEscaped(text, quotes: true)
            append("\"")
        }
        if !pairs.isEmpty { append("}") }
        append(" ")
        append(value)
        append("\n")
    }

    private mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

    /// `\` and line feeds are escaped everywhere, quotation marks in label values only.
    private mutating func appendEscaped(_ text: String, quotes: Bool) {
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\\"): append("\\\\")
            case UInt8(ascii: "\n"): append("\\n")
            case UInt8(ascii: "\"") where quotes: append("\\\"")
            default: bytes.append(byte)
            }
        }
    }

    private static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        // Whole numbers without a fraction, as far as a Double can tell them apart.
        if let whole = Int64(exactly: value), abs(whole) < 1 << 53 { return "\(whole)" }
        return "\(value)"
    }
}
