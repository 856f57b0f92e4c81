import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Where finished lines of the log go.
package protocol LogOutput: Sendable {
    /// Takes one line, its line feed included.
    func write(_ line: [UInt8])
}

/// Writes lines to standard error, each by itself, as soon as it is there.
///
/// Lines are written by whoever logs, under a lock, and not through a queue: the last lines before a crash are the ones
/// that are needed, and a queue would lose them. The price is that a reader who stops reading stops whoever logs; so a
/// line waits `patience` at most, once, and lines that find no room after that are dropped and counted until there is
/// room again. Nothing is logged for a decision at the default level, so the request path never comes here.
package final class StandardErrorOutput: LogOutput {
    /// How long a line waits for a reader, in milliseconds.
    private static let patience: Int32 = 250

    private struct State {
        var dropped = 0
    }

    private let descriptor: Int32
    private let state = Mutex(State())

    package convenience init() { self.init(descriptor: STDERR_FILENO) }

    init(descriptor: Int32) { self.descriptor = descriptor }

    package func write(_ line: [UInt8]) {
        state.withLock { state in
            guard isWritable(waiting: state.dropped == 0 ? Self.patience : 0) else {
                state.dropped += 1
                return
            }
            if state.dropped > 0 {
                let note = "(lanyard: \(state.dropped) log lines were dropped, because standard error was full)\n"
                state.dropped = 0
                writeWhole(Array(note.utf8))
            }
            writeWhole(line)
        }
    }

    /// Whether a reader has made room. A descriptor that has nobody to wait for, such as a file, always has.
    private func isWritable(waiting milliseconds: Int32) -> Bool {
        var polled = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        return poll(&polled, 1, milliseconds) != 0
    }

    /// A line that was begun is finished, whatever it costs: half a line would run into the next.
    private func writeWhole(_ bytes: [UInt8]) {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                let rest = UnsafeRawBufferPointer(rebasing: buffer[written...])
                return systemWrite(descriptor, rest)
            }
            if count > 0 {
                written += count
            } else if errno == EAGAIN {
                guard isWritable(waiting: Self.patience) else { return }
            } else if errno != EINTR {
                // Standard error is gone; there is nobody left to tell.
                return
            }
        }
    }
}

private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
    #if canImport(Glibc)
        Glibc.write(descriptor, bytes.baseAddress, bytes.count)
    #elseif canImport(Musl)
        Musl.write(descriptor, bytes.baseAddress, bytes.count)
    #else
        Darwin.write(descriptor, bytes.baseAddress, bytes.count)
    #endif
}
