/// Why a command has no answer, or an answer that is an error. It tells nothing of the command's content.
package struct ValkeyError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What went wrong, for programs.
    package enum Code: String, Sendable, CaseIterable {
        /// There is no connection; the command was not sent.
        case unavailable
        /// Too many commands are under way; this one was not sent.
        case overloaded
        /// The client was closed; the command was not sent.
        case closed
        /// No command can look like this; it was not sent.
        case invalid
        /// The server does not accept the name or the password; the command was not sent.
        case unauthorized
        /// The answer did not come in time.
        case timedOut = "timed_out"
        /// The connection ended before the answer.
        case lost
        /// The answer can't be read.
        case malformed
        /// The server has answered with an error.
        case refused
    }

    package let code: Code
    /// For people.
    package let context: String
    /// The first word of a server's error, such as `WRONGTYPE`.
    package let serverCode: String?

    package init(_ code: Code, _ context: String, serverCode: String? = nil) {
        self.code = code
        self.context = context
        self.serverCode = serverCode
    }

    /// Whether the server may have carried the command out all the same.
    package var mayHaveRun: Bool {
        switch code {
        case .timedOut, .lost, .malformed: true
        case .unavailable, .overloaded, .closed, .invalid, .unauthorized, .refused: false
        }
    }

    /// `code: context`.
    package var description: String { "\(code.rawValue): \(context)" }
}

extension ValkeyError {
    private static let longestMessage = 160

    /// A server's error. Its text is cut where a server begins to quote the command.
    init(_ failure: RESPFailure) {
        let message =
            failure.message
            .split(separator: ", with args", maxSplits: 1, omittingEmptySubsequences: false).first ?? ""
        self.init(.refused, "\(failure.code) \(Self.line(message))", serverCode: failure.code)
    }

    init(_ malformation: RESPParser.Malformation) {
        self.init(.malformed, "the server sent \(malformation.rawValue)")
    }

    /// A text of others on one line, of a bounded length.
    static func line(_ text: some StringProtocol) -> String {
        String(text.prefix(longestMessage).map { $0.isNewline || $0.asciiValue.map { $0 < 32 } == true ? " " : $0 })
    }
}
