public import LanyardStorage
import Logging

extension CounterSource {
    /// A Valkey server, or Redis 6 or newer, that counts rolling limits for all nodes.
    ///
    /// `url` is `valkeys://user@host:port/database`, or `valkey://` without TLS: on this machine, or with `?tls=off`. It
    /// holds no password: that is in `passwordFile`, which is read at each connecting, or in `LANYARD_COUNTERS_PASSWORD`.
    ///
    /// The server must not evict (`maxmemory-policy noeviction`). It is connected to in the background: a server that can't
    /// be reached throws nothing here, and keys with limits are denied `unavailable` meanwhile, unless these say otherwise.
    ///
    /// Throws ``StoreError`` (`cannotOpen`) for a URL that can't be used.
    public static func valkey(_ url: String, passwordFile: String? = nil) -> CounterSource {
        CounterSource { context in
            let location: ValkeyLocation
            do throws(ValkeyLocation.Refusal) {
                location = try ValkeyLocation(parsing: url)
            } catch {
                throw StoreError(.cannotOpen, "\(error)")
            }
            return try CounterSource.valkey(location, password: .given(file: passwordFile)).open(context)
        }
    }

    /// A server whose address was read before.
    package static func valkey(_ location: ValkeyLocation, password: ValkeyPassword) -> CounterSource {
        CounterSource { context in
            if let warning = location.warning { context.logger.warning("\(warning)") }
            return ValkeyCounters(ValkeyClient(location, password: password), context)
        }
    }
}
