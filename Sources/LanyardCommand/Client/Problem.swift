import LanyardWire

/// A refusal as the server wrote it (RFC 9457), kept whole for `--json` and read for people.
struct Problem: Sendable {
    let json: JSONValue
    let requestID: String?
    /// What this side knows beside it, such as where the key came from that was refused.
    var note: String?

    /// Nil where the value isn't a problem.
    init?(_ json: JSONValue, requestID: String? = nil) {
        guard json["code"]?.string != nil, json["title"]?.string != nil else { return nil }
        self.json = json
        self.requestID = requestID
    }

    var code: String { json.shown("code") }
    var title: String { json.shown("title") }
    var status: Int64? { json["status"]?.number?.int64 }
    /// The object that is in the way, or that an earlier call has made.
    var id: String? { json["id"]?.string }
    var retryAfter: Duration? { json["retry_after_ms"]?.number?.int64.map { .milliseconds($0) } }

    /// On one line, for a list of many: `digest_exists: A key with this digest exists. (key_…)`.
    var summary: String {
        let fields = fieldErrors
        let detail = fields.isEmpty ? json.shown("detail") : fields.joined(separator: "; ")
        return TextWidth.printable("\(code): \(detail)\(id.map { " (\($0))" } ?? "")")
    }

    func lines(style: Style) -> [String] {
        let status = status.map { ", \($0)" } ?? ""
        var lines = [style.inked("error:", .bad) + TextWidth.printable(" \(title) (\(code)\(status))")]
        lines += (["\(json.shown("detail"))"] + fieldErrors).map { "  " + TextWidth.printable($0) }
        if let scope = json["missing_scope"]?.string { lines.append(TextWidth.printable("  missing scope: \(scope)")) }
        if let id { lines.append(TextWidth.printable("  id: \(id)")) }
        if let fix = json["fix"]?.string { lines.append(style.inked("fix:", .strong) + TextWidth.printable(" \(fix)")) }
        if let note { lines.append(style.inked("note:", .strong) + TextWidth.printable(" \(note)")) }
        if let requestID { lines.append(style.inked(TextWidth.printable("request id: \(requestID)"), .faint)) }
        return lines
    }

    /// The fields at fault, each with its pointer into the request.
    private var fieldErrors: [String] {
        (json["errors"]?.array ?? []).map { error in
            let pointer = error["pointer"]?.string ?? ""
            return pointer.isEmpty ? error.shown("detail") : "\(pointer): \(error.shown("detail"))"
        }
    }
}
