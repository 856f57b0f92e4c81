package import LanyardPostgres

/// Which database the server keeps everything in.
package enum DatabaseLocation: Hashable, Sendable, CustomStringConvertible {
    /// A file of SQLite's; made if it isn't there.
    case sqlite(path: String)
    /// A database of PostgreSQL's, which other servers may share; the file holds the password, if it is in one.
    case postgres(PostgresLocation, passwordFile: String? = nil)

    private static let sqliteScheme = "sqlite:"
    static let form = "sqlite:PATH, such as sqlite:/var/lib/lanyard/lanyard.sqlite, or \(PostgresLocation.form)"

    // What is refused is never quoted: the address of a database server may hold a password.
    init(parsing text: String) throws(InvalidSetting) {
        if PostgresLocation.isMeant(by: text) {
            do {
                self = .postgres(try PostgresLocation(parsing: text))
            } catch {
                throw InvalidSetting(Self.problem(error))
            }
            return
        }
        guard text.hasPrefix(Self.sqliteScheme) else {
            throw InvalidSetting("expected \(Self.form)")
        }
        let path = String(text.dropFirst(Self.sqliteScheme.count))
        guard !path.isEmpty, !path.hasPrefix("//"), !path.hasPrefix(":"), !path.utf8.contains(0) else {
            throw InvalidSetting("there is no path to a file after 'sqlite:': expected \(Self.form)")
        }
        self = .sqlite(path: path)
    }

    private static func problem(_ refusal: PostgresLocation.Refusal) -> String {
        switch refusal {
        case .hasPassword: "\(refusal) that \(Setting.databasePasswordFile.flag) names"
        case .notAURL, .malformed, .hasNoDatabase: refusal.description
        }
    }

    package var description: String {
        switch self {
        case .sqlite(let path): Self.sqliteScheme + path
        case .postgres(let location, passwordFile: _): location.description
        }
    }
}
