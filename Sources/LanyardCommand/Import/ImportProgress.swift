import LanyardWire

/// How far an import has come: up to which line everything is settled, and how.
struct ImportProgress: Equatable, Sendable {
    /// The number of the last settled line, counted from 1 in the whole file; 0 before the first.
    var lines: Int64 = 0
    /// Where that line begins in the file, and where the next one does.
    var start: UInt64 = 0
    var end: UInt64 = 0
    /// Tells whether it is still the same line in the same file.
    var fingerprint: UInt64 = 0
    var imported: Int64 = 0
    var alreadyThere: Int64 = 0
    var refused: Int64 = 0
}

extension ImportProgress {
    private static let version: Int64 = 1

    var json: JSONValue {
        func number(_ value: Int64) -> JSONValue { .number(JSONNumber(value)) }
        return .object(
            JSONObject([
                .init("version", number(Self.version)), .init("lines", number(lines)),
                .init("start", number(Int64(clamping: start))), .init("end", number(Int64(clamping: end))),
                .init("fingerprint", .string(String(fingerprint, radix: 16))), .init("imported", number(imported)),
                .init("already_there", number(alreadyThere)), .init("refused", number(refused)),
            ]))
    }

    /// Nil where it was not written by us, or by a version that we don't know.
    init?(_ json: JSONValue) {
        func count(_ name: String) -> Int64? {
            json[name]?.number?.int64.flatMap { $0 >= 0 ? $0 : nil }
        }
        guard count("version") == Self.version, let lines = count("lines"), let start = count("start"),
            let end = count("end"), start <= end, let imported = count("imported"),
            let alreadyThere = count("already_there"), let refused = count("refused"),
            let fingerprint = json["fingerprint"]?.string.flatMap({ UInt64($0, radix: 16) })
        else { return nil }
        self.init(
            lines: lines, start: UInt64(start), end: UInt64(end), fingerprint: fingerprint, imported: imported,
            alreadyThere: alreadyThere, refused: refused)
    }
}

/// FNV-1a over the beginning of a line: enough to see that a file was exchanged or edited, which is all it is for.
enum LineFingerprint {
    /// How much of a line counts.
    static let length = 256

    static func of(_ line: some Sequence<UInt8>) -> UInt64 {
        line.prefix(length).reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }
}
