import Foundation
import TestSupport
import Testing

/// Lanyard, a service, and proxies between them, all on loopback.
final class Stand: Sendable {
    let folder: TemporaryFolder
    let service: Service
    let proxies: [Proxy: RunningProxy]
    /// Ids of the proxies' policies.
    let policies: [Proxy: String]
    /// Lanyard's port stays, whichever process has it.
    let lanyardPort: Int

    private init(
        _ folder: TemporaryFolder, _ service: Service, _ proxies: [Proxy: RunningProxy],
        _ policies: [Proxy: String], lanyardPort: Int
    ) {
        (self.folder, self.service, self.proxies, self.policies) = (folder, service, proxies, policies)
        self.lanyardPort = lanyardPort
    }

    /// The stand of the test that runs.
    @TaskLocal static var current: (stand: Stand, lanyard: LanyardProcess)?

    /// What every policy here asks for, and what it charges.
    static let scope = "orders:read"
    static let cost = 2

    /// Runs `body` with these proxies, each with a policy of its own name, and ends everything.
    static func run(
        _ proxies: [Proxy], _ body: @Sendable (Stand, LanyardProcess) async throws -> Void
    ) async throws {
        let folder = try TemporaryFolder()
        let service = try await Service.start()
        let lanyard = try await LanyardProcess.start(in: folder.folder("lanyard"), port: Loopback.freePort())
        var policies: [Proxy: String] = [:]
        for proxy in proxies {
            let demand = #""scope":"\#(scope)","costs":{"requests":\#(cost)}"#
            policies[proxy] = try await lanyard.policy(
                #"{"name":"\#(proxy.policy)","dialect":"\#(proxy.policy)",\#(demand)}"#)
        }
        let running = try await start(proxies, lanyard.port, service.port, folder)
        let stand = Stand(folder, service, running, policies, lanyardPort: lanyard.port)
        let outcome: Result<Void, any Error>
        do {
            outcome = .success(try await body(stand, lanyard))
        } catch {
            outcome = .failure(error)
        }
        for proxy in running.values { await proxy.end() }
        await lanyard.end()
        await service.end()
        try outcome.get()
    }

    private static func start(
        _ proxies: [Proxy], _ lanyard: Int, _ service: Int, _ folder: TemporaryFolder
    ) async throws -> [Proxy: RunningProxy] {
        try await withThrowingTaskGroup(of: RunningProxy.self) { group in
            for proxy in proxies {
                group.addTask {
                    let own = try folder.folder(proxy.rawValue)
                    return try await RunningProxy.start(proxy, lanyard: lanyard, service: service, in: own)
                }
            }
            var running: [Proxy: RunningProxy] = [:]
            for try await proxy in group { running[proxy.proxy] = proxy }
            return running
        }
    }

    /// What a client got, and what the service got of it.
    struct Outcome: Sendable {
        let answer: RawAnswer
        let received: [Service.Received]

        var isServed: Bool { answer.status == 200 && received.count == 1 }
        /// Nothing has reached the service.
        var isRefused: Bool { answer.status >= 400 && received.isEmpty }
    }

    func send(_ request: RawRequest, through proxy: Proxy) async throws -> Outcome {
        let mark = UUID().uuidString
        let answer = try await request.send(to: port(of: proxy), mark: mark)
        return Outcome(answer: answer, received: service.received(from: mark))
    }

    func port(of proxy: Proxy) throws -> Int { try #require(proxies[proxy]).port }
}

/// Gives a suite one stand with all proxies, which is there for all its tests.
struct StandTrait: SuiteTrait, TestScoping {
    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        try await Stand.run(Proxy.allCases) { stand, lanyard in
            try await Stand.$current.withValue((stand, lanyard)) { try await function() }
        }
    }
}

extension SuiteTrait where Self == StandTrait {
    static var stand: StandTrait { StandTrait() }
}
