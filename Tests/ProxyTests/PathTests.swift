import Testing

#if os(Linux)
    extension ProxyTests {
        /// Targets that lead out of `/public` for somebody who reads them in another way than the rest.
        private static let tricks = [
            "/private", "/public/../private", "/public/%2e%2e/private", "/public/%2E./private", "/public/.%2e/private",
            "/public/%252e%252e/private", "/public/./../private", "/public/..", "/public/x/..", "/public//../private",
            "/public/..;/private", "/public/..;x=y/private", "/public/x;/../../private", "/public/..%2fprivate",
            "/public/%2e%2e%2fprivate", "/public/..%5cprivate", "/public\\..\\private", "/public/%5c..%5cprivate",
            "/public/%c0%ae%c0%ae/private", "/public/%00/../private", "/public/%zz/../private",
            "/public/x#/../../private",
            "/public/x%0d%0aX-Forwarded-Uri:%20/public", "//public/../private", "//private/public/x",
            "/private//public/x",
            "/private/../public/x", "/private/%2e%2e/public/x", "/public//x", "//public/x", "/public/./x",
            "/public%2fx",
            "/public/a%2fb", "/PUBLIC/x", "/%70ublic/x", "/public%2f..%2fprivate", "/private?/public/x",
            "/private#/public/x",
            "/private%3f/public/x", "/private;/public/x", "http://other.example/private/x",
            "http://other.example/public/../private", "http://other.example/public/x", "http:/public/../private",
            "public/x", "*", "?/public/x", "/public/a b", "/public/x\t/../../private",
        ]

        @Test("no way to write a path leads where the key must not go", arguments: Proxy.allCases)
        func pathTricks(proxy: Proxy) async throws {
            let key = try await key(#""paths":["/public/**"]"#)
            for target in Self.tricks {
                let outcome = try await send("GET", target, key, through: proxy)
                guard let received = outcome.received.first else {
                    #expect(outcome.isRefused, "\(target)")
                    continue
                }
                // What did pass has one reading only, below /public: of that the service was told, not of the trick.
                #expect(outcome.isServed, "\(target)")
                #expect(Self.isPlain(received.target), "\(target) arrived as \(received.target)")
                if !proxy.resolvesPaths {
                    #expect(target.hasSuffix(received.target), "\(target) arrived as \(received.target)")
                }
            }
        }

        /// Whether a target's path lies below `/public`, and every reader would say so.
        private static func isPlain(_ target: String) -> Bool {
            let path = target.prefix { $0 != "?" }.lowercased().replacing("%70", with: "p")
            guard path == "/public" || path.hasPrefix("/public/") else { return false }
            return !["//", "/.", "%2e", "%2f", "%5c", "%25", "%00", "\\", ";", "#"].contains { path.contains($0) }
        }

        @Test("where no path is restricted, an encoded slash is the proxy's matter", arguments: Proxy.allCases)
        func encodedSlash(proxy: Proxy) async throws {
            let key = try await key()
            let outcome = try await send("GET", "/projects/group%2Fname", key, through: proxy)
            if proxy.refusesEncodedSlashes {
                #expect(outcome.isRefused && outcome.answer.status == 400, "\(outcome)")
            } else {
                #expect(outcome.isServed && outcome.received.first?.target == "/projects/group%2Fname", "\(outcome)")
            }
        }
    }
#endif
