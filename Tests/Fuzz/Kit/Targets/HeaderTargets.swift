import LanyardCore
import LanyardHTTP

extension FuzzTarget {
    static let headers = [keyPlaces, forwardedFor, basic, traceParent]

    private static let native = "lyd_live_" + String(repeating: "0", count: 49)
    private static let otherNative = "pay_test_" + String(repeating: "1", count: 49)

    /// Fields, one a line; the key is read from wherever a policy may name.
    private static let keyPlaces = FuzzTarget(
        text: "key-places",
        seeds: [
            "Authorization: Bearer \(native)", "X-API-Key: \(native)\nAuthorization: Bearer eyJhbGciOiJub25lIn0.e30.",
            "authorization: bearer \(native)\nx-api-key: \(otherNative)", "X-API-Key: a\nX-API-Key: b",
            "X-API-Key: \(native)\nX-API-Key: \(native)", "Authorization: Basic dXNlcjpwYXNz", "x-key: k\nCookie: a=b",
            "Authorization: Bearer", "Authorization:   Bearer   \(native)  ", "X-Api-Key:", "Authorization: Bearer a b",
        ],
        tokens: [
            "\n", ": ", "Authorization: ", "X-API-Key: ", "X-Key: ", "Bearer ", "Basic ", "bearer", " ", "\t", native,
            otherNative, "eyJ.a.b", ",", "\r", "\u{0}",
        ], share: 3
    ) { text in
        let fields = FieldLines(text)
        guard fields.lines.count <= 100 else { return .refused }
        let readers = [KeyReader.standard, KeyReader([.bearer, .apiKeyHeader, .header("x-key"), .basic])]
        let keys = readers.map { $0.read(fields) }
        for (reader, key) in zip(readers, keys) {
            if let flaw = HeaderReading.flaw(of: key, reader, fields) { return .broken(flaw) }
        }
        switch keys[0] {
        case .nothing: return .refused
        case .ambiguous, .text: return .accepted
        }
    }

    /// A list of addresses, as one value, read by a server that trusts 10.0.0.0/8 and is called from 10.0.0.1.
    private static let forwardedFor = FuzzTarget(
        text: "forwarded-for",
        seeds: [
            "203.0.113.7", "203.0.113.7, 10.0.0.2", "1.1.1.1, 203.0.113.7,10.0.0.2 , 10.0.0.3", "10.0.0.9, 10.0.0.8",
            "::ffff:10.0.0.2", "unknown, 10.0.0.2", "203.0.113.7, unknown", "[::1]:80", "", ",", "10.0.0.2,",
            ", 203.0.113.7",
        ], tokens: [",", ", ", "10.0.0.2", "203.0.113.7", "::1", "unknown", " ", "\t", "::ffff:10.1.1.1", ":80"]
    ) { text in
        let proxies = CIDRSet([CIDR("10.0.0.0/8")].compactMap { $0 })
        let reader = ForwardedRequestReader(.caddy, trustedProxies: proxies)
        let fields = FieldLines(lines: [
            ("X-Forwarded-Method", "GET"), ("X-Forwarded-Uri", "/a"), ("x-forwarded-for", text),
        ])
        let expected = HeaderReading.client(text, isTrusted: proxies.contains)
        let client = HeaderReading.read(reader, fields, from: "10.0.0.1")?.address
        guard client == expected else {
            return .broken(
                "the client is \(client.map { "\($0)" } ?? "none"), to the oracle \(expected.map { "\($0)" } ?? "none")"
            )
        }
        guard HeaderReading.read(reader, fields, from: "203.0.113.1") == nil else {
            return .broken("a header is believed of an address that nobody trusts")
        }
        let doubled = FieldLines(lines: fields.lines + [("X-Forwarded-For", text)])
        guard HeaderReading.read(reader, doubled, from: "10.0.0.1") == nil else {
            return .broken("a doubled header is believed")
        }
        return client == nil ? .refused : .accepted
    }

    /// What stands behind `Basic`: the user's name is the key.
    private static let basic = FuzzTarget(
        text: "basic",
        seeds: [
            "dXNlcjpwYXNz", "dXNlcg==", "dXNlcjo=", "OnBhc3M=", "bHlkX2xpdmVfMDA=", "dXNlcjpwYXNz=", "dXNl cjpwYXNz",
            "",
        ], tokens: ["=", "==", "A", "/", "+", "-", "_", " ", "dXNlcjpw"]
    ) { text in
        let key = KeyReader([.basic]).read(FieldLines(lines: [("Authorization", "Basic " + text)]))
        let expected = HeaderReading.userName(text)
        switch key {
        case .nothing: return expected == nil ? .refused : .broken("the oracle reads a name")
        case .ambiguous: return .broken("one name is ambiguous")
        case .text(let name, from: _):
            let bytes = name.withUnsafeBytes { Array($0) }
            return bytes == expected ? .accepted : .broken("the oracle reads another name, or none")
        }
    }
}

extension FuzzTarget {
    private static let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    private static let parent = "00f067aa0ba902b7"

    /// The value of `traceparent`, which goes into the log of whoever is asked.
    fileprivate static let traceParent = FuzzTarget(
        text: "trace-parent",
        seeds: [
            "00-\(trace)-\(parent)-01", "cc-\(trace)-\(parent)-00-more", "00-\(trace)-\(parent)-01-more",
            "ff-\(trace)-\(parent)-01", "00-\(trace)-0000000000000000-01", "00-\(trace.uppercased())-\(parent)-01",
            "00-\(String(repeating: "0", count: 32))-\(parent)-01", "", "00",
        ], tokens: ["-", "00-", "ff-", "cc-", "-01", "0", "f", "F", trace, parent, "0000000000000000", "\n"], share: 2
    ) { text in
        let read = TraceParent(text)?.traceID
        let expected = HeaderReading.traceID(text)
        guard read == expected else {
            return .broken("the trace is \(read ?? "none"), to the oracle \(expected ?? "none")")
        }
        let twice = FieldLines(lines: [("traceparent", text), ("Traceparent", text)])
        guard TraceParent(in: twice) == nil else { return .broken("two traces are one") }
        return read == nil ? .refused : .accepted
    }
}

/// Header fields, each a line of a text.
struct FieldLines: HeaderFields {
    let lines: [(name: String, value: String)]

    init(lines: [(String, String)]) {
        self.lines = lines.map { (name: $0.0, value: $0.1) }
    }

    init(_ text: String) {
        lines = text.utf8.split(separator: UInt8(ascii: "\n")).map { line in
            let parts = line.split(separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
            return (name: String(Substring(parts[0])), value: parts.count == 2 ? String(Substring(parts[1])) : "")
        }
    }

    func forEachField(_ body: (_ name: String, _ value: String) -> Void) {
        for line in lines { body(line.name, line.value) }
    }
}
