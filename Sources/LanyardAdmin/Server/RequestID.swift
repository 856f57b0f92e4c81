import LanyardHTTP

/// What a request is called in answers, logs and the audit log.
enum RequestID {
    /// The caller's own, if it can be used; else a new one.
    static func of(_ fields: some HeaderFields) -> String {
        RequestName.given(in: fields) ?? String(UInt64.random(in: .min ... .max), radix: 16)
    }
}
