public import LanyardStorage

extension StoreSource {
    /// A PostgreSQL database (13 or newer), in the schema `lanyard`, which is made where there is none. Any number of
    /// processes can have it open; a commit has reached the server's disk when the write returns.
    ///
    /// `url` is `postgres://user@host:port/database`, with libpq's parameters behind a `?`. It holds no password: that comes
    /// from `PGPASSWORD`, `PGPASSFILE`, `~/.pgpass`, or from `passwordFile`. A server on another machine must show a
    /// certificate of its name (`sslmode=verify-full`) unless the URL says otherwise.
    ///
    /// Each opening makes up to `connections` connections, and one more that listens for other nodes' changes.
    ///
    /// Opening throws ``StoreError``: `unavailable` where no server answers, `cannotOpen` for a URL that can't be used, a
    /// password that is wrong, or a server whose settings let commits be lost, `readOnly` for a standby or a user without
    /// the rights, `schemaTooNew`.
    public static func postgres(
        _ url: String, passwordFile: String? = nil, connections: Int = 10
    ) -> StoreSource {
        StoreSource {
            let location: PostgresLocation
            do throws(PostgresLocation.Refusal) {
                location = try PostgresLocation(parsing: url)
            } catch {
                throw StoreError(.cannotOpen, "\(error)")
            }
            var settings = PostgresSettings()
            settings.passwordFile = passwordFile
            settings.connections = max(5, connections)
            return try await PostgresStore.open(location, settings: settings)
        }
    }
}
