import LanyardWire

/// One line of the server's answer to an import.
enum ImportAnswer: Equatable {
    case imported(line: Int64, id: String)
    case refused(line: Int64, problem: JSONValue)
    case summary(imported: Int64, refused: Int64)
    /// The server could not go on; the lines behind the last answered one are to be sent again.
    case interrupted(problem: JSONValue)

    /// Nil where the line is none of an import's answer.
    init?(_ bytes: [UInt8]) {
        guard let json = try? JSONParser.parse(bytes) else { return nil }
        if let summary = json["summary"] {
            guard let imported = summary["imported"]?.number?.int64, let refused = summary["refused"]?.number?.int64
            else { return nil }
            self = .summary(imported: imported, refused: refused)
            return
        }
        if json["resume_from_line"]?.number != nil {
            guard let problem = json["problem"], problem.object != nil else { return nil }
            self = .interrupted(problem: problem)
            return
        }
        guard let line = json["line"]?.number?.int64 else { return nil }
        if let id = json["id"]?.string {
            self = .imported(line: line, id: id)
        } else if let problem = json["problem"], problem.object != nil {
            self = .refused(line: line, problem: problem)
        } else {
            return nil
        }
    }
}
