import Foundation
import LanyardWire

/// A file with a line for each refused line: `{"line":17,"problem":{…}}`.
final class RefusalReport: Sendable {
    private let descriptor: Int32

    /// - Parameter continues: whether what the file holds is kept, for an import that goes on.
    init(path: String, continues: Bool) throws(CommandFailure) {
        descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | (continues ? O_APPEND : O_TRUNC), 0o644)
        guard descriptor >= 0 else {
            throw .local("\(path) can't be written: \(SystemError.text(errno)).", fix: nil)
        }
    }

    deinit {
        close(descriptor)
    }

    func write(_ lines: [UInt8]) throws(CommandFailure) {
        try DescriptorSink(descriptor: descriptor).write(lines)
    }
}
