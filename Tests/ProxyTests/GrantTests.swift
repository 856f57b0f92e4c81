import Foundation
import Testing

#if os(Linux)
    extension ProxyTests {
        @Test(
            "a granted request reaches the service as it was sent, with who it is and without the key",
            arguments: Proxy.allCases)
        func grant(proxy: Proxy) async throws {
            let account = try await lanyard.account()
            let key = try await key(#""account":"\#(account)""#)
            for credentials in [key.bearer, ("X-API-Key", key.secret)] {
                let request = RawRequest(
                    "GET", "/orders/42?since=1&q=%2e%2e%2f", [credentials, ("Accept", "text/plain")])
                let outcome = try await stand.send(request, through: proxy)
                try #require(outcome.isServed, "\(outcome)")
                let received = outcome.received[0]
                #expect(received.method == "GET")
                #expect(received.target == "/orders/42?since=1&q=%2e%2e%2f")
                #expect(received.values(readAs: Claim.keyID) == [key.id])
                #expect(received.values(readAs: Claim.accountID) == [account])
                #expect(received.values(readAs: Claim.scopes) == [Stand.scope])
                #expect(received.values(readAs: "Accept") == ["text/plain"])
                #expect(received.headers.allSatisfy { !$0.value.contains(key.secret) }, "the key was passed on")
                #expect(outcome.answer.rest.contains("served"))
            }
        }

        @Test("every method is judged as itself, and arrives as itself", arguments: Proxy.allCases)
        func methods(proxy: Proxy) async throws {
            for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] {
                let only = try await key(#""methods":["\#(method)"]"#)
                let outcome = try await send(method, "/orders", only, through: proxy)
                #expect(outcome.isServed, "\(method)")
                #expect(outcome.received.first?.method == method)
                let other = try await send(method == "GET" ? "POST" : "GET", "/orders", only, through: proxy)
                #expect(other.isRefused && other.answer.status == 403, "\(method): \(other)")
            }
        }

        @Test("a body arrives whole, with a length or in chunks", arguments: Proxy.allCases)
        func bodies(proxy: Proxy) async throws {
            let key = try await key()
            let body = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ 7) }
            for isChunked in [false, true] {
                var request = RawRequest("POST", "/orders", [key.bearer], body: body)
                request.isChunked = isChunked
                let outcome = try await stand.send(request, through: proxy)
                #expect(outcome.isServed, "\(outcome.answer)")
                #expect(outcome.received.first?.body == body)
            }
        }

        @Test("what is allowed in a path arrives as Lanyard has judged it", arguments: Proxy.allCases)
        func oddPaths(proxy: Proxy) async throws {
            let key = try await key(#""paths":["/public/**"]"#)
            let targets = [
                "/public/a%20b", "/public/%C3%A9", "/public/x%23y", "/public/a?/../private", "/public/a?x=//&y=%2e%2e",
                "/public/a,b;c=d", "/public/~%7E", "/public/x%3Fy?z",
            ]
            for target in targets {
                let outcome = try await send("GET", target, key, through: proxy)
                #expect(outcome.isServed, "\(target): \(outcome.answer.status)")
                // A proxy may write `%7E` as `~`, never one path as another.
                #expect(outcome.received.first?.target.removingPercentEncoding == target.removingPercentEncoding)
            }
        }

        @Test("requests that share a connection share nothing else", arguments: Proxy.allCases)
        func sharedConnection(proxy: Proxy) async throws {
            let account = try await lanyard.account()
            let (rich, poor) = (try await key(#""account":"\#(account)""#), try await key())
            var first = RawRequest("GET", "/1", [rich.bearer])
            var second = RawRequest("GET", "/2", [poor.bearer])
            (first.isLast, second.isLast) = (false, false)
            let third = RawRequest("GET", "/3")
            let mark = "shared-\(proxy.rawValue)"
            let bytes = [first, second, third].flatMap { $0.bytes(mark: mark) }
            let answers = String(
                decoding: try await Loopback.exchange(bytes, port: stand.port(of: proxy)), as: UTF8.self)
            #expect(answers.matches(of: /HTTP\/1\.1 (\d+)/).map(\.1) == ["200", "200", "401"])
            let received = stand.service.received(from: mark)
            #expect(received.map(\.target) == ["/1", "/2"])
            #expect(received.map { $0.values(readAs: Claim.keyID) } == [[rich.id], [poor.id]])
            #expect(received.map { $0.values(readAs: Claim.accountID) } == [[account], []])
        }
    }
#endif
