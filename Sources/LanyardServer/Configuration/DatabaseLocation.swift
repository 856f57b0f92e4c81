/// Which database the server keeps everything in.
package enum DatabaseLocation: Hashable, Sendable, CustomStringConvertible {
    /// A file of SQLite's; made if it isn't there.
    case sqlite(path: String)

    private static let sqliteScheme = "sqlite:"
    static let form = "sqlite:PATH, such as sqlite:/var/lib/lanyard/lanyard.sqlite"

    // What is refused is never quoted: the address of a database server may hold a password.
    init(parsing text: String) throws(InvalidSetting) {
        if text.hasPrefix("postgres://") || text.hasPrefix("postgresql://") {
            throw InvalidSetting("PostgreSQL is not in this version: use \(Self.form)")
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

    package var description: String {
        switch self {
        case .sqlite(let path): Self.sqliteScheme + path
        }
    }
}
