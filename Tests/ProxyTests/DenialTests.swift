import Testing

#if os(Linux)
    extension ProxyTests {
        /// A denial reaches the client with its own status and, where the proxy passes it on, Lanyard's problem.
        private func expectDenied(
            _ outcome: Stand.Outcome, _ status: Int, _ code: String, by proxy: Proxy,
            sourceLocation: SourceLocation = #_sourceLocation
        ) {
            #expect(outcome.answer.status == status, "\(outcome.answer)", sourceLocation: sourceLocation)
            #expect(outcome.isRefused, sourceLocation: sourceLocation)
            guard proxy.passesProblems else { return }
            let types = outcome.answer.values("Content-Type")
            #expect(types == ["application/problem+json"], sourceLocation: sourceLocation)
            #expect(outcome.answer.rest.contains("\"\(code)\""), sourceLocation: sourceLocation)
        }

        @Test(
            "without a key, with an unknown or a revoked one: 401, and what to authenticate with",
            arguments: Proxy.allCases)
        func unauthenticated(proxy: Proxy) async throws {
            let missing = try await send("GET", "/orders", nil, through: proxy)
            expectDenied(missing, 401, "missing_key", by: proxy)
            let revoked = try await key()
            #expect(try await send("GET", "/orders", revoked, through: proxy).isServed)
            try await lanyard.revoke(revoked)
            let denied = try await send("GET", "/orders", revoked, through: proxy)
            expectDenied(denied, 401, "revoked_key", by: proxy)
            let unknown = [("Authorization", "Bearer not-a-key-of-ours")]
            let stranger = try await stand.send(RawRequest("GET", "/orders", unknown), through: proxy)
            expectDenied(stranger, 401, "malformed_key", by: proxy)
            for outcome in [missing, denied, stranger] {
                let challenge = outcome.answer.values("WWW-Authenticate")
                #expect(challenge.count == 1 && challenge[0].hasPrefix("Bearer"), "\(challenge)")
            }
        }

        @Test("without the scope: 403", arguments: Proxy.allCases)
        func unauthorized(proxy: Proxy) async throws {
            let key = try await lanyard.key(#""scopes":["orders:write"]"#)
            let outcome = try await send("GET", "/orders", key, through: proxy)
            expectDenied(outcome, 403, "insufficient_scope", by: proxy)
        }

        @Test("two keys in one request: 400", arguments: Proxy.allCases)
        func ambiguous(proxy: Proxy) async throws {
            let (one, other) = (try await key(), try await key())
            let outcome = try await send("GET", "/orders", one, [("X-API-Key", other.secret)], through: proxy)
            expectDenied(outcome, 400, "ambiguous_key", by: proxy)
            // The same header twice: refused, by the proxy itself or by Lanyard; which is the proxy's to choose.
            let doubled = try await send("GET", "/orders", one, [other.bearer], through: proxy)
            #expect(doubled.isRefused, "\(doubled)")
        }

        @Test(
            "a limit that is reached: 429 with Retry-After, and not one unit more than the policy says",
            arguments: Proxy.allCases)
        func limited(proxy: Proxy) async throws {
            let key = try await key(#""limits":[{"name":"hourly","amount":\#(3 * Stand.cost),"window":"1h"}]"#)
            // What a client asks for in the query or in headers is data: it costs what the policy says.
            let target = "/orders?scope=admin&cost=0&costs=0&costs.requests=0&policy=open&environment=test"
            let wishes = [
                ("Lanyard-Status", "200"), ("Lanyard-Cost", "0"), ("Cost", "0"), ("X-Lanyard-Policy", "open"),
            ]
            for _ in 0..<3 { #expect(try await send("GET", target, key, wishes, through: proxy).isServed) }
            let denied = try await send("GET", target, key, wishes, through: proxy)
            expectDenied(denied, 429, "rate_limited", by: proxy)
            let seconds = denied.answer.values("Retry-After").compactMap { Int($0) }
            #expect(seconds.count == 1 && (1...3900).contains(seconds[0]), "\(denied.answer)")
        }

        @Test("of many requests at once exactly as many are served as the limit holds", arguments: Proxy.allCases)
        func manyAtOnce(proxy: Proxy) async throws {
            let limit = 10
            let key = try await key(#""limits":[{"name":"hourly","amount":\#(limit * Stand.cost),"window":"1h"}]"#)
            let outcomes = try await withThrowingTaskGroup(of: Stand.Outcome.self) { group in
                for _ in 0..<(4 * limit) {
                    group.addTask { try await send("GET", "/orders", key, through: proxy) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.count(where: \.isServed) == limit)
            #expect(outcomes.count { $0.isRefused && $0.answer.status == 429 } == 3 * limit)
        }

        @Test("a scope in the query is not a scope", arguments: Proxy.allCases)
        func scopeInQuery(proxy: Proxy) async throws {
            let key = try await lanyard.key(#""scopes":[]"#)
            let target = "/orders?scope=\(Stand.scope)&scopes=*&policy=open&dialect=none"
            let outcome = try await send("GET", target, key, through: proxy)
            expectDenied(outcome, 403, "insufficient_scope", by: proxy)
        }
    }
#endif
