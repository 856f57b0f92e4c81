/// Bytes that come piece by piece.
protocol ByteSource: Sendable {
    /// The next bytes, at least one and at most `count`; none at the end.
    func read(upTo count: Int) async throws(CommandFailure) -> [UInt8]
}

/// Standard input.
protocol ConsoleInput: ByteSource {
    /// Whether a person types it.
    var isTerminal: Bool { get }
    /// What is typed up to the return key, which the terminal doesn't show.
    ///
    /// - Parameter ask: called once nothing that is typed will be shown.
    func readHiddenLine(ask: () -> Void) async throws(CommandFailure) -> [UInt8]
    /// What is typed up to the return key.
    func readLine() async throws(CommandFailure) -> String
}

extension ByteSource {
    /// Everything up to the end, refused where it is more than `most` bytes.
    func readAll(most: Int, what: String) async throws(CommandFailure) -> [UInt8] {
        var bytes: [UInt8] = []
        while true {
            let chunk = try await read(upTo: most + 1 - bytes.count)
            if chunk.isEmpty { return bytes }
            bytes += chunk
            guard bytes.count <= most else {
                throw .local("\(what) is longer than \(most) bytes.", fix: nil)
            }
        }
    }
}
