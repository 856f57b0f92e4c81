import Foundation
import LanyardCore
import LanyardHTTP

/// What must hold of a key that was found, and the plain way to find a client's address and a user's name.
enum HeaderReading {
    static func flaw(of key: PresentedKey, _ reader: KeyReader, _ fields: FieldLines) -> String? {
        let texts = candidates(fields, reader.sources)
        let natives = Set(texts.filter { ($0.withUnsafeBytes { SecretShape.inspect($0) }).isNativeForm })
        if natives.count > 1, !isAmbiguous(key) { return "two native secrets, and one of them is taken" }
        switch key {
        case .nothing: if !texts.isEmpty { return "a key is overlooked" }
        case .ambiguous:
            if Set(texts).count < 2, !isDoubled(fields) { return "what is there once is ambiguous" }
        case .text(let text, from: let source):
            let bytes = text.withUnsafeBytes { Array($0) }
            if !texts.contains(bytes) { return "a key that stands nowhere" }
            if let native = natives.first, bytes != native { return "another text goes before a native secret" }
            if !reader.sources.contains(source) { return "a key from a place that the policy does not name" }
        }
        let renamed = FieldLines(lines: fields.lines.map { ($0.name.uppercased(), $0.value) })
        let isASCII = fields.lines.allSatisfy { $0.name.utf8.allSatisfy { $0 < 0x80 } }
        if isASCII, !isSame(reader.read(renamed), key) { return "in capitals the fields hold another key" }
        let longer = FieldLines(lines: [("X-Other", "lyd")] + fields.lines + [("Accept", "*/*")])
        if !isSame(reader.read(longer), key) { return "a field that is no place of a key changes the key" }
        return nil
    }

    private static func isDoubled(_ fields: FieldLines) -> Bool {
        let names = fields.lines.map { $0.name.lowercased() }
        return Set(names).count < names.count
    }

    private static func isAmbiguous(_ key: PresentedKey) -> Bool {
        switch key {
        case .ambiguous: true
        case .nothing, .text: false
        }
    }

    private static func isSame(_ left: PresentedKey, _ right: PresentedKey) -> Bool {
        switch (left, right) {
        case (.nothing, .nothing), (.ambiguous, .ambiguous): true
        case (.text(let left, from: let first), .text(let right, from: let second)):
            first == second && left.withUnsafeBytes { Array($0) } == right.withUnsafeBytes { Array($0) }
        case (.nothing, _), (.ambiguous, _), (.text, _): false
        }
    }

    /// Every text that stands in a place of a key.
    private static func candidates(_ fields: FieldLines, _ sources: [KeySource]) -> [[UInt8]] {
        fields.lines.flatMap { line in
            sources.compactMap { source -> [UInt8]? in
                let value = trimmed(line.value)
                switch source {
                case .bearer: return named(line, "authorization") ? credentials(value, "bearer") : nil
                case .basic:
                    return named(line, "authorization")
                        ? credentials(value, "basic").flatMap { userName(String(decoding: $0, as: UTF8.self)) } : nil
                case .apiKeyHeader: return named(line, "x-api-key") ? value : nil
                case .header(let name): return named(line, name) ? value : nil
                case .query, .body: return nil
                }
            }
        }
        .filter { !$0.isEmpty }
    }

    private static func named(_ line: (name: String, value: String), _ name: String) -> Bool {
        line.name.utf8.allSatisfy { $0 < 0x80 } && line.name.lowercased() == name
    }

    private static func trimmed(_ text: String) -> [UInt8] {
        let blanks: [UInt8] = [0x20, 0x09]
        var bytes = Array(text.utf8)
        while let last = bytes.last, blanks.contains(last) { bytes.removeLast() }
        return Array(bytes.drop { blanks.contains($0) })
    }

    private static func credentials(_ value: [UInt8], _ scheme: String) -> [UInt8]? {
        let head = String(decoding: value.prefix(scheme.utf8.count), as: UTF8.self).lowercased()
        guard head == scheme, value.dropFirst(scheme.utf8.count).first == 0x20 else { return nil }
        return trimmed(String(decoding: value.dropFirst(scheme.utf8.count), as: UTF8.self))
    }

    /// The name in `Basic` credentials; nil where there is none.
    static func userName(_ text: String) -> [UInt8]? {
        let value = String(decoding: trimmed(text), as: UTF8.self)
        guard let data = Data(base64Encoded: value), data.base64EncodedString() == value else { return nil }
        // A name that is no UTF-8 is repaired, as everywhere; it is then no key that anyone could have.
        let name = String(decoding: data.prefix { $0 != UInt8(ascii: ":") }, as: UTF8.self)
        return name.isEmpty ? nil : Array(name.utf8)
    }

    /// From the right, the first address that is no proxy's.
    static func client(_ list: String, isTrusted: (IPAddress) -> Bool) -> IPAddress? {
        var entries = list.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
            .map { String(decoding: trimmed(String(Substring($0))), as: UTF8.self) }
        if list.isEmpty { return nil }
        while let last = entries.popLast() {
            guard let address = IPAddress(last) else { return nil }
            if !isTrusted(address) || entries.isEmpty { return address }
        }
        return nil
    }

    /// The trace of a `traceparent`, part by part as W3C Trace Context names them.
    static func traceID(_ text: String) -> String? {
        let parts = text.utf8.split(separator: UInt8(ascii: "-"), maxSplits: 4, omittingEmptySubsequences: false)
        let digits = Set("0123456789abcdef".utf8)
        guard parts.count >= 4, parts[..<4].map(\.count) == [2, 32, 16, 2],
            parts[..<4].allSatisfy({ $0.allSatisfy(digits.contains) })
        else { return nil }
        let texts = parts.map { String(decoding: $0, as: UTF8.self) }
        if texts[0] == "ff" || texts[0] == "00" && texts.count > 4 { return nil }
        if texts[1...2].contains(where: { Set($0) == ["0"] }) { return nil }
        return texts[1]
    }

    static func read(
        _ reader: ForwardedRequestReader, _ fields: FieldLines, from peer: String
    ) -> ForwardedRequest? {
        let call = ForwardAuthCall(peer: IPAddress(peer), method: "GET", target: "/v1/authorize", suffix: "")
        switch reader.read(call, fields) {
        case .success(let request): return request
        case .failure: return nil
        }
    }
}

extension SecretShape {
    fileprivate var isNativeForm: Bool {
        switch self {
        case .native, .wrongChecksum: true
        case .foreign, .malformed: false
        }
    }
}
