import Foundation

/// The process's standard input.
final class StandardInput: ConsoleInput {
    private let source = DescriptorSource(descriptor: STDIN_FILENO, closesDescriptor: false)

    var isTerminal: Bool { isatty(STDIN_FILENO) == 1 }

    func read(upTo count: Int) async throws(CommandFailure) -> [UInt8] {
        try await source.read(upTo: count)
    }

    func readLine() async throws(CommandFailure) -> String {
        String(decoding: try await line(editing: false), as: UTF8.self)
    }

    /// Echo goes off, and with it the terminal's own line editing and its signals: were the process stopped by one of
    /// them, the user's shell would be left without echo. So the return key, deletion and Ctrl-C are seen to here.
    func readHiddenLine(ask: () -> Void) async throws(CommandFailure) -> [UInt8] {
        var before = termios()
        guard tcgetattr(STDIN_FILENO, &before) == 0 else {
            ask()
            return try await line(editing: false)
        }
        var silent = before
        silent.c_lflag &= ~tcflag_t(ECHO | ICANON | ISIG)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent)
        defer { tcsetattr(STDIN_FILENO, TCSAFLUSH, &before) }
        ask()
        return try await line(editing: true)
    }

    private func line(editing: Bool) async throws(CommandFailure) -> [UInt8] {
        var line = HiddenLine()
        while true {
            guard let byte = try await source.read(upTo: 1).first else { return line.bytes }
            if editing {
                switch line.take(byte) {
                case .more: continue
                case .done: return line.bytes
                case .cancelled: throw .cancelled
                }
            }
            if byte == UInt8(ascii: "\n") { return line.bytes }
            line.append(byte)
        }
    }
}

/// A line while it is typed without echo.
struct HiddenLine {
    enum Step: Equatable {
        case more
        case done
        case cancelled
    }

    /// More than any secret has; what goes past it is dropped, so that a stuck key can't fill the memory.
    static let most = 4_096

    private(set) var bytes: [UInt8] = []

    /// What the byte of one key does.
    mutating func take(_ byte: UInt8) -> Step {
        switch byte {
        case 0x0A, 0x0D, 0x04: return .done
        case 0x03: return .cancelled
        case 0x7F, 0x08:
            // A character of several bytes goes whole.
            while let last = bytes.popLast(), last & 0xC0 == 0x80 {}
            return .more
        case 0x15:
            bytes = []
            return .more
        default:
            append(byte)
            return .more
        }
    }

    mutating func append(_ byte: UInt8) {
        if bytes.count < Self.most { bytes.append(byte) }
    }
}
