import Testing

#if os(Linux)
    // Real proxies, each on the very files of `docs/proxies`, in front of a service that notes what it receives. Only the
    // three ports are others. What a test says here, the documentation says too.

    @Suite("Real proxies in front", .stand)
    struct ProxyTests {
        let stand: Stand
        let lanyard: LanyardProcess

        init() throws {
            let current = try #require(Stand.current)
            (stand, lanyard) = (current.stand, current.lanyard)
        }

        /// A key that every policy here grants; `fields` are further members.
        func key(_ fields: String = "") async throws -> LanyardProcess.Key {
            try await lanyard.key(#""scopes":["\#(Stand.scope)"]\#(fields.isEmpty ? "" : ",")\#(fields)"#)
        }

        /// Sends a request with a key through a proxy.
        func send(
            _ method: String = "GET", _ target: String, _ key: LanyardProcess.Key?, _ fields: [(String, String)] = [],
            body: [UInt8] = [], through proxy: Proxy
        ) async throws -> Stand.Outcome {
            let credentials = key.map { [$0.bearer] } ?? []
            return try await stand.send(RawRequest(method, target, credentials + fields, body: body), through: proxy)
        }
    }

    /// The headers by which a grant tells who it is.
    enum Claim {
        static let keyID = "Lanyard-Key-Id"
        static let accountID = "Lanyard-Account-Id"
        static let scopes = "Lanyard-Scopes"
    }
#endif
