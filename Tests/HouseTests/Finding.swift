/// One place that breaks one rule of the house.
struct Finding: Equatable, CustomStringConvertible {
    /// From the package's root, as a person would open it.
    let path: String
    /// From 1; `nil` when the finding is about the file as a whole.
    let line: Int?
    /// What is wrong and what would make it right.
    let message: String

    init(_ path: String, line: Int? = nil, _ message: String) {
        self.path = path
        self.line = line
        self.message = message
    }

    var description: String {
        if let line { "\(path):\(line): \(message)" } else { "\(path): \(message)" }
    }
}

extension [Finding] {
    /// One a line, so that a failed expectation reads as a list.
    var report: String {
        isEmpty ? "nothing found" : map(\.description).joined(separator: "\n")
    }
}
