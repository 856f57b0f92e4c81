import CLanyardPQ
import LanyardStorage

/// Makes connections that are ready to use: to the right database, on a server that writes, in a session that keeps what
/// it promises.
struct Connector: Sendable {
    let location: PostgresLocation
    let settings: PostgresSettings
    let incarnation: IncarnationWatch

    /// Makes a connection and checks what it leads to. Blocks, for some seconds at most for each host.
    func connect() throws(StoreError) -> PostgresConnection {
        do {
            let (connection, facts) = try connectAnywhere()
            try Schema.check(connection)
            try incarnation.look(through: connection, facts)
            return connection
        } catch {
            throw StoreError.from(error, while: "connecting to \(location)")
        }
    }

    /// Makes a connection to a server that writes, whatever its database holds.
    func connectAnywhere() throws -> (PostgresConnection, SessionFacts) {
        let connection = try connectToServer()
        let facts = try connection.setUp(settings)
        guard !facts.isStandby else {
            throw StoreError(.readOnly, "the server at \(location) is a standby, which only follows another")
        }
        return (connection, facts)
    }

    private func connectToServer() throws -> PostgresConnection {
        let parameters = location.connectionParameters(password: try settings.password(), settings: settings)
        let raw = Self.withStrings(parameters.map(\.0)) { keywords in
            Self.withStrings(parameters.map(\.1)) { values in PQconnectdbParams(keywords, values, 0) }
        }
        guard let raw else { throw StoreError(.unavailable, "there is no memory for a connection") }
        guard PQstatus(raw) == CONNECTION_OK else {
            defer { PQfinish(raw) }
            let message = String(cString: PQerrorMessage(raw)).onOneLine
            // It has asked for a password, so it is there and does not let us in.
            let isRefused = PQconnectionUsedPassword(raw) == 1 || PQconnectionNeedsPassword(raw) == 1
            let isAnswered = isRefused || message.contains("FATAL:")
            throw StoreError(isAnswered && !Self.isPassing(message) ? .cannotOpen : .unavailable, message)
        }
        return PostgresConnection(taking: raw, timeout: settings.answerTimeout)
    }

    /// What a server says that will let us in a little later; libpq tells no code here.
    private static func isPassing(_ message: String) -> Bool {
        ["starting up", "shutting down", "in recovery mode", "too many clients", "remaining connection slots"]
            .contains { message.contains($0) }
    }

    /// Lends texts as C's array of texts, ended by a null pointer.
    private static func withStrings<Result>(
        _ texts: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> Result
    ) -> Result {
        var bytes: [CChar] = []
        let starts = texts.map { text in
            defer { bytes.append(contentsOf: text.utf8CString) }
            return bytes.count
        }
        return bytes.withUnsafeBufferPointer { buffer in
            let pointers: [UnsafePointer<CChar>?] =
                starts.map { start in buffer.baseAddress.map { $0 + start } } + [nil]
            return body(pointers)
        }
    }
}
