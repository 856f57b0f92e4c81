#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// How many files and connections this process may have open at once. Most systems begin with 1,024, far below what a
/// server's connections need, and let a process raise that itself up to a second, hard limit.
enum OpenFileLimit {
    /// Beside connections: the database and its readers, event loops, files.
    static let reserve = 280

    /// The limit at present.
    static var current: Int? {
        var limit = rlimit()
        return getrlimit(resource, &limit) == 0 ? Int(clamping: limit.rlim_cur) : nil
    }

    /// Raises the limit to what `connections` need, as far as the system lets it.
    /// - Returns: How many connections there is room for.
    static func raise(forConnections connections: Int) -> Int {
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0 else { return connections }
        let needed = rlim_t(connections + reserve)
        if limit.rlim_cur < needed {
            limit.rlim_cur = max(limit.rlim_cur, min(needed, limit.rlim_max, most))
            // If it fails, the limit is what it was, and that is what is told.
            setrlimit(resource, &limit)
        }
        guard let current else { return connections }
        return min(connections, max(0, current - reserve))
    }

    #if canImport(Glibc)
        private static var resource: __rlimit_resource_t { __rlimit_resource_t(RLIMIT_NOFILE.rawValue) }
    #else
        private static var resource: Int32 { RLIMIT_NOFILE }
    #endif

    #if canImport(Darwin)
        /// More than this is refused, whatever the hard limit says.
        private static var most: rlim_t { rlim_t(OPEN_MAX) }
    #else
        private static var most: rlim_t { .max }
    #endif
}
