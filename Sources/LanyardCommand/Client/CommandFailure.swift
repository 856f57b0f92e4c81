import LanyardWire

/// Why a command could not do what it was asked for.
enum CommandFailure: Error {
    /// The command line is wrong in a way that its parser can't see.
    case usage(String)
    /// The server said no.
    case problem(Problem)
    /// The answer is none of a Lanyard server.
    case unexpectedAnswer(Endpoint, status: UInt, detail: String)
    /// No connection came about. Nothing was sent.
    case unreachable(Endpoint)
    /// The peers could not agree on a secure connection. Nothing was sent.
    case insecure(Endpoint, detail: String)
    /// No answer in time.
    case timedOut(Endpoint, after: Duration)
    /// The connection ended before the answer did.
    case connectionLost(Endpoint)
    /// Something on this machine: a file, an environment variable.
    case local(String, fix: String?)
    /// Not done for everything; what was not is on standard error already.
    case incomplete
    /// The decision was a denial; it has been printed.
    case denied
    /// Whoever read the output has gone away.
    case outputClosed
    /// The user stopped it.
    case cancelled
}

extension CommandFailure {
    /// 1 for what was denied or failed, 2 for what was asked wrongly; 130 as shells have it for Ctrl-C.
    var exitCode: Int32 {
        switch self {
        case .usage: 2
        case .cancelled: 130
        case .problem, .unexpectedAnswer, .unreachable, .insecure, .timedOut, .connectionLost, .local, .incomplete,
            .denied, .outputClosed:
            1
        }
    }

    /// Whether nothing can have reached the server.
    var isBeforeSending: Bool {
        switch self {
        case .unreachable, .insecure: true
        case .usage, .problem, .unexpectedAnswer, .timedOut, .connectionLost, .local, .incomplete, .denied,
            .outputClosed,
            .cancelled:
            false
        }
    }

    /// Whether the way to the server failed, so that trying again may help.
    var isOfConnection: Bool {
        switch self {
        case .unreachable, .timedOut, .connectionLost: true
        case .usage, .problem, .unexpectedAnswer, .insecure, .local, .incomplete, .denied, .outputClosed, .cancelled:
            false
        }
    }

    /// What a person is told, in lines: what happened, details, what would fix it.
    func lines(style: Style) -> [String] {
        switch self {
        case .problem(let problem): problem.lines(style: style)
        case .incomplete, .denied, .outputClosed, .cancelled: []
        case .usage, .unexpectedAnswer, .unreachable, .insecure, .timedOut, .connectionLost, .local:
            Self.lines(message, fix: fix, style: style)
        }
    }

    private static func lines(_ message: String, fix: String?, style: Style) -> [String] {
        let first = style.inked("error:", .bad) + " " + TextWidth.printable(message)
        return [first] + (fix.map { [style.inked("fix:", .strong) + " " + TextWidth.printable($0)] } ?? [])
    }

    private var message: String {
        switch self {
        case .usage(let message), .local(let message, _): message
        case .unexpectedAnswer(let endpoint, let status, let detail): "\(endpoint) answered \(status), \(detail)."
        case .unreachable(let endpoint): "Nothing answers at \(endpoint)."
        case .insecure(let endpoint, let detail): "No secure connection to \(endpoint): \(detail)."
        case .timedOut(let endpoint, let duration):
            "\(endpoint) did not answer within \(DurationText.text(milliseconds: duration.milliseconds))."
        case .connectionLost(let endpoint): "The connection to \(endpoint) was cut before the answer was complete."
        case .problem(let problem): problem.title
        case .incomplete, .denied, .outputClosed, .cancelled: ""
        }
    }

    private var fix: String? {
        switch self {
        case .local(_, let fix): fix
        case .unexpectedAnswer(let endpoint, _, _):
            "Is that the \(endpoint.listener.name) listener of a Lanyard server? \(endpoint.listener.hint)"
        case .unreachable(let endpoint):
            "Is `lanyard serve` running there? \(endpoint.listener.hint)"
        case .insecure:
            "Name the server's certificate authority with --ca-file; if it asks for one, give your certificate with "
                + "--client-cert and --client-key."
        case .timedOut: "See whether the server is healthy (GET /readyz), or give it longer with --timeout."
        case .connectionLost: "It may have been done all the same: look before you repeat it."
        case .usage, .problem, .incomplete, .denied, .outputClosed, .cancelled: nil
        }
    }
}

extension Duration {
    /// Whole milliseconds, saturating.
    var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflows) = seconds.multipliedReportingOverflow(by: 1_000)
        return overflows ? .max : product &+ attoseconds / 1_000_000_000_000_000
    }
}
