import Testing

#if os(Linux)
    // What a client claims in headers. Two promises: the service never takes a client's word for who it is, and Lanyard never
    // takes it for what is asked.

    extension ProxyTests {
        /// Names that somebody could read as one of the three, alone and doubled.
        private static let claims: [[(String, String)]] = [
            [(Claim.keyID, "key_forged"), (Claim.accountID, "acct_forged"), (Claim.scopes, "admin")],
            [("lanyard-key-id", "key_forged"), ("LANYARD-ACCOUNT-ID", "acct_forged"), ("lanyard-SCOPES", "admin")],
            [("lanyard_key_id", "key_forged"), ("Lanyard_Account_Id", "acct_forged"), ("LANYARD_SCOPES", "admin")],
            [("Lanyard-Key_Id", "key_forged"), ("Lanyard_Account-Id", "acct_forged"), ("Lanyard-Account_Id", "x")],
            [("Lanyard_Key-Id", "key_forged"), (Claim.keyID, "a"), (Claim.keyID, "b"), (Claim.accountID, "")],
            [(Claim.accountID, "acct_1"), (Claim.accountID, "acct_2"), (Claim.scopes, "a"), (Claim.scopes, "b")],
        ]

        @Test("who it is, is told by Lanyard alone, whatever the client writes", arguments: Proxy.allCases)
        func forgedClaims(proxy: Proxy) async throws {
            // Without an account there is nothing to replace the client's word with: it has to be dropped.
            let key = try await key()
            for forged in Self.claims {
                let outcome = try await send("GET", "/orders", key, forged, through: proxy)
                try #require(outcome.isServed, "\(forged): \(outcome.answer)")
                #expect(outcome.received[0].values(readAs: Claim.keyID) == [key.id], "\(forged)")
                #expect(outcome.received[0].values(readAs: Claim.accountID) == [], "\(forged)")
                #expect(outcome.received[0].values(readAs: Claim.scopes) == [Stand.scope], "\(forged)")
            }
        }

        @Test("nobody can have the service not told who it is", arguments: Proxy.allCases)
        func droppedClaims(proxy: Proxy) async throws {
            let key = try await key()
            for list in ["Lanyard-Key-Id, Lanyard-Scopes", "keep-alive, lanyard-key-id", "LANYARD-SCOPES"] {
                // What `Connection` names is dropped by who passes the request on (RFC 9110, section 7.6.1).
                let outcome = try await send("GET", "/orders", key, [("Connection", list)], through: proxy)
                guard let received = outcome.received.first else {
                    #expect(outcome.isRefused)
                    continue
                }
                #expect(received.values(readAs: Claim.keyID) == [key.id], "\(list)")
                #expect(received.values(readAs: Claim.scopes) == [Stand.scope], "\(list)")
                let passed = received.values(readAs: "Connection").joined().lowercased()
                #expect(!passed.contains("lanyard"), "a proxy behind would drop it")
            }
        }

        /// Every header by which any of the dialects, or another product, tells of a request.
        private static func story(method: String, target: String, address: String) -> [(String, String)] {
            [
                ("X-Original-Method", method), ("X-Forwarded-Method", method), ("X-HTTP-Method-Override", method),
                ("X-Method-Override", method), ("X-HTTP-Method", method),
                ("X-Original-URI", target), ("X-Forwarded-Uri", target), ("X-Original-URL", target),
                ("X-Rewrite-URL", target), ("X-Forwarded-Path", target), ("X-Forwarded-Prefix", "/public"),
                ("X-Envoy-Original-Path", target), ("X-Real-IP", address), ("X-Forwarded-For", address),
                ("X-Client-IP", address), ("True-Client-IP", address), ("X-Envoy-External-Address", address),
                ("Forwarded", "for=\(address)"), ("Lanyard-Status", "200"),
            ]
        }

        /// A story told once, in other spellings, and twice.
        private static func tellings(_ story: [(String, String)]) -> [[(String, String)]] {
            [
                story, story.map { ($0.0.lowercased(), $0.1) },
                story.map { ($0.0.replacing("-", with: "_"), $0.1) },
                story + story,
                story + [
                    ("Connection", "X-Forwarded-For, X-Real-IP, X-Forwarded-Uri, X-Original-URI, X-Forwarded-Method")
                ],
            ]
        }

        @Test("no header of the client's widens a decision about method, path or address", arguments: Proxy.allCases)
        func forgedRequests(proxy: Proxy) async throws {
            let reader = try await key(
                #""methods":["GET"],"paths":["/public/**"],"ip_allowlist":["\#(Loopback.client)/32"]"#)
            let elsewhere = try await key(#""ip_allowlist":["10.1.2.3/32"]"#)
            #expect(try await send("GET", "/public/x", reader, through: proxy).isServed)
            let story = Self.story(method: "GET", target: "/public/x", address: "10.1.2.3")
            for told in Self.tellings(story) {
                let other = try await send("POST", "/public/x", reader, told, through: proxy)
                #expect(other.isRefused, "method: \(told)")
                let hidden = try await send("GET", "/private/x", reader, told, through: proxy)
                #expect(hidden.isRefused, "path: \(told)")
                let abroad = try await send("GET", "/public/x", elsewhere, told, through: proxy)
                #expect(abroad.isRefused, "address: \(told)")
            }
        }

        @Test("an address that the client claims is none, in whatever list it stands", arguments: Proxy.allCases)
        func forgedAddresses(proxy: Proxy) async throws {
            let key = try await key(#""ip_allowlist":["10.1.2.3/32","::ffff:10.1.2.3/128"]"#)
            let lists = [
                ["10.1.2.3"], ["10.1.2.3", "10.1.2.3"], ["10.1.2.3, 127.0.0.1"], ["127.0.0.1", "10.1.2.3"],
                ["10.1.2.3,10.1.2.3"], ["10.1.2.3, "], [", 10.1.2.3"], ["10.1.2.3:80"], ["::ffff:10.1.2.3"], [""],
            ]
            for name in ["X-Forwarded-For", "X-Real-IP"] {
                for list in lists {
                    let outcome = try await send("GET", "/orders", key, list.map { (name, $0) }, through: proxy)
                    #expect(outcome.isRefused, "\(name): \(list)")
                }
            }
            // The address that counts is the connection's.
            let here = try await self.key(#""ip_allowlist":["\#(Loopback.client)/32"]"#)
            #expect(try await send("GET", "/orders", here, [("X-Forwarded-For", "10.1.2.3")], through: proxy).isServed)
        }
    }
#endif
