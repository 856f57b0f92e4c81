package import LanyardCore

/// A line of the answer to `POST /v1/keys/import`. How a refused line's problem is written is HTTP's affair.
package enum ImportLineAnswer {
    case imported(line: Int, KeyID)
    case refused(line: Int, problem: (inout JSONWriter) -> Void)
    case summary(imported: Int, refused: Int)
    /// The last line where the import could not go on: the lines from `resumeFrom` on are to be sent again.
    case interrupted(resumeFrom: Int, problem: (inout JSONWriter) -> Void)

    /// Appends the line, with its line feed.
    package func append(to bytes: inout [UInt8]) {
        // Taken out for the time of writing: two owners would make each line copy all that came before it.
        var taken: [UInt8] = []
        swap(&taken, &bytes)
        var writer = JSONWriter(behind: consume taken)
        writer.object { writer in
            switch self {
            case .imported(let line, let id):
                writer.member("line", line)
                writer.member("id", id.description)
            case .refused(let line, let problem):
                writer.member("line", line)
                writer.name("problem")
                problem(&writer)
            case .interrupted(let line, let problem):
                writer.member("resume_from_line", line)
                writer.name("problem")
                problem(&writer)
            case .summary(let imported, let refused):
                writer.object("summary") { writer in
                    writer.member("imported", imported)
                    writer.member("refused", refused)
                }
            }
        }
        bytes = writer.bytes
        bytes.append(UInt8(ascii: "\n"))
    }
}
