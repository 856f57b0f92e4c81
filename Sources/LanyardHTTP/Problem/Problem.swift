package import LanyardWire

/// RFC 9457 problem details, from a denial or from a management call that fails.
package protocol Problem: JSONWritable, Sendable {
    /// The stable code.
    var codeText: String { get }
    var title: String { get }
    var status: Int { get }
    /// What happened; never a secret.
    var detail: String { get }
    /// What would help, in one sentence.
    var fix: String { get }
    /// What else a program needs to act.
    func writeExtensions(to writer: inout JSONWriter)
}

extension Problem {
    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("type", "urn:lanyard:problem:" + codeText)
            writer.member("title", title)
            writer.member("status", status)
            writer.member("detail", detail)
            writer.member("code", codeText)
            writeExtensions(to: &writer)
            writer.member("fix", fix)
        }
    }
}
