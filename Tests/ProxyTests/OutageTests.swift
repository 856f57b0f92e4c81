import Foundation
import NIOCore
import TestSupport
import Testing

#if os(Linux)
    @Suite("Proxies without Lanyard")
    struct OutageTests {
        @Test("when Lanyard is gone nothing passes, and everything passes again when it is back")
        func gone() async throws {
            try await Stand.run(Proxy.allCases) { stand, lanyard in
                let key = try await lanyard.key(#""scopes":["\#(Stand.scope)"]"#)
                let request = RawRequest("GET", "/orders", [key.bearer])
                try await Self.expectServed(request, stand)
                await lanyard.end()
                try await withThrowingTaskGroup { group in
                    for proxy in Proxy.allCases {
                        group.addTask {
                            for _ in 0..<2 {
                                let outcome = try await stand.send(request, through: proxy)
                                #expect(outcome.isRefused, "\(proxy)")
                                #expect(outcome.answer.status == proxy.statusWithoutLanyard, "\(proxy)")
                            }
                        }
                    }
                    try await group.waitForAll()
                }
                let second = try await LanyardProcess.start(
                    in: stand.folder.folder("lanyard"), port: stand.lanyardPort)
                try await Self.expectServed(request, stand)
                await second.end()
            }
        }

        /// All but Traefik, which waits for 30 s; in the long form that too.
        private static var waited: [Proxy] {
            Proxy.allCases.filter { TestRun.isLong || $0.isImpatient }
        }

        @Test("when Lanyard is silent a proxy gives up, and nothing passes")
        func silent() async throws {
            try await Stand.run(Self.waited) { stand, lanyard in
                let key = try await lanyard.key(#""scopes":["\#(Stand.scope)"]"#)
                let request = RawRequest("GET", "/orders", [key.bearer])
                try await Self.expectServed(request, stand)
                await lanyard.end()
                let silence = try await Loopback.listenInSilence(on: stand.lanyardPort)
                try await withThrowingTaskGroup { group in
                    for proxy in stand.proxies.keys {
                        group.addTask {
                            let outcome = try await stand.send(request, through: proxy)
                            #expect(outcome.isRefused && (500...504).contains(outcome.answer.status), "\(proxy)")
                        }
                    }
                    try await group.waitForAll()
                }
                try await silence.close()
                let second = try await LanyardProcess.start(
                    in: stand.folder.folder("lanyard"), port: stand.lanyardPort)
                try await Self.expectServed(request, stand)
                await second.end()
            }
        }

        @Test("when its policy is gone nothing passes")
        func withoutPolicy() async throws {
            try await Stand.run(Proxy.allCases) { stand, lanyard in
                let key = try await lanyard.key(#""scopes":["\#(Stand.scope)"]"#)
                let request = RawRequest("GET", "/orders", [key.bearer])
                for proxy in Proxy.allCases {
                    #expect(try await stand.send(request, through: proxy).isServed)
                    try await lanyard.removePolicy(#require(stand.policies[proxy]))
                    #expect(try await stand.send(request, through: proxy).isRefused, "\(proxy)")
                }
            }
        }

        /// Each proxy of the stand passes a request. A connection to a Lanyard that was ended may cost one of them.
        private static func expectServed(_ request: RawRequest, _ stand: Stand) async throws {
            for proxy in stand.proxies.keys {
                var outcome = try await stand.send(request, through: proxy)
                for _ in 0..<100 where !outcome.isServed {
                    try await Task.sleep(for: .milliseconds(200))
                    outcome = try await stand.send(request, through: proxy)
                }
                #expect(outcome.isServed, "\(proxy): \(outcome)")
            }
        }
    }
#endif
