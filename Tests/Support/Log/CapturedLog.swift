package import Logging
import Synchronization

/// Keeps all that is logged, in full, for a test to read.
package final class CapturedLog: Sendable {
    private let content = Mutex<[String]>([])

    package init() {}

    package var lines: [String] { content.withLock { $0 } }

    /// A logger that lets nothing pass by.
    package func logger(_ label: String) -> Logger {
        Logger(label: label) { _ in Handler(label: label, log: self) }
    }

    private func append(_ line: String) { content.withLock { $0.append(line) } }

    private struct Handler: LogHandler {
        let label: String
        let log: CapturedLog
        var logLevel = Logger.Level.trace
        var metadata: Logger.Metadata = [:]
        var metadataProvider: Logger.MetadataProvider?

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let all = metadata.merging(metadataProvider?.get() ?? [:]) { $1 }.merging(event.metadata ?? [:]) { $1 }
            let error = event.error.map { " error: \($0) \(String(reflecting: $0))" } ?? ""
            log.append("\(event.level) \(label): \(event.message)\(error) \(all)")
        }
    }
}
