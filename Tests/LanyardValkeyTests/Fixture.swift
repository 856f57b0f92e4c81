import NIOCore
import NIOPosix
import Synchronization
import TestSupport
import Testing

@testable import LanyardValkey

/// Commands and clients for the tests.
enum Fixture {
    static func command(_ words: String...) -> [[UInt8]] { words.map { Array($0.utf8) } }

    /// Settings whose waits are short, and whose bounds on time are longer than any machine is slow.
    static var settings: ValkeySettings {
        var settings = ValkeySettings()
        settings.connectTimeout = .seconds(TestRun.seconds(20))
        settings.commandTimeout = .seconds(TestRun.seconds(60))
        settings.shortestBackoff = .milliseconds(5)
        settings.longestBackoff = .milliseconds(50)
        return settings
    }

    static func location(_ port: Int) throws -> ValkeyLocation {
        try ValkeyLocation(parsing: "valkey://127.0.0.1:\(port)")
    }

    static func connect(
        _ url: String, _ password: ValkeyPassword = .none, _ settings: ValkeySettings = settings
    ) async throws -> ValkeyConnection {
        try await ValkeyConnection.open(
            ValkeyLocation(parsing: url), password: password, settings: settings,
            on: MultiThreadedEventLoopGroup.singleton)
    }

    /// Lends a client, and closes it.
    static func withClient<Result>(
        _ url: String, _ password: ValkeyPassword = .none, _ settings: ValkeySettings = settings,
        _ body: (ValkeyClient) async throws -> Result
    ) async throws -> Result {
        let client = ValkeyClient(try ValkeyLocation(parsing: url), password: password, settings: settings)
        do {
            let result = try await body(client)
            await client.close()
            return result
        } catch {
            await client.close()
            throw error
        }
    }

    /// The error that a body throws; any other is the test's failure.
    static func failure(_ body: () async throws -> Void) async throws -> ValkeyError? {
        do {
            try await body()
            return nil
        } catch let error as ValkeyError {
            return error
        }
    }
}

/// What came, in its order.
final class Outcomes: Sendable {
    private let all = Mutex<[Result<RESPValue, ValkeyError>]>([])

    func add(_ result: Result<RESPValue, ValkeyError>) { all.withLock { $0.append(result) } }
    var list: [Result<RESPValue, ValkeyError>] { all.withLock { $0 } }
}
