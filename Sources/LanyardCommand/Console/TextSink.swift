import Foundation

/// Where a command's output goes.
protocol TextSink: Sendable {
    /// Writes all of `bytes`, or throws.
    func write(_ bytes: [UInt8]) throws(CommandFailure)
}

/// Writes to a file descriptor at once: nothing is left in a buffer when the process ends.
struct DescriptorSink: TextSink {
    let descriptor: Int32

    func write(_ bytes: [UInt8]) throws(CommandFailure) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let (written, code) = rest.withUnsafeBytes { buffer in
                let count = Foundation.write(descriptor, buffer.baseAddress, buffer.count)
                return (count, count < 0 ? errno : 0)
            }
            switch code {
            case 0: rest = rest.dropFirst(written)
            case EINTR: continue
            case EAGAIN: waitUntilWritable()
            case EPIPE: throw .outputClosed
            default: throw .local("The output can't be written: \(SystemError.text(code)).", fix: nil)
            }
        }
    }

    /// A terminal that another program has made non-blocking is waited for, not given up.
    private func waitUntilWritable() {
        var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        _ = poll(&request, 1, 1_000)
    }
}
