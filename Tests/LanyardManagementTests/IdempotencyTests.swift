import LanyardCore
import LanyardEngine
@testable import LanyardManagement
import LanyardStorage
import LanyardTesting
import Synchronization
import Testing

@Suite("Repeated requests")
struct IdempotencyTests {
    private let secret = Secret.generate(prefix: .lyd, environment: .live)

    private func caller() throws -> Caller { try Caller.holding("lanyard:*", secret: secret) }

    private func request(_ key: String = "once", _ hash: UInt8 = 1) throws -> IdempotentRequest {
        try IdempotentRequest(key: key, requestHash: [UInt8](repeating: hash, count: 32))
    }

    private func create(
        _ world: World, _ caller: Caller, _ request: IdempotentRequest?
    ) async throws -> AnsweredChange {
        try await world.management.createKey(KeyDraft(name: "cron"), as: caller, idempotency: request) { issued in
            RenderedAnswer(status: 201, body: Array("\(issued.details.record.id) \(issued.secret.reveal())".utf8))
        }
    }

    private func keyCount(_ world: World) async throws -> Int {
        try await world.store.read { try $0.keys(KeyFilter(now: world.now), page: Page(limit: 1000)).count }
    }

    @Test("the same request gets the same answer for 15 minutes, and makes one key")
    func replay() async throws {
        let world = try await World.empty()
        let caller = try caller()
        let count = try await keyCount(world)
        let first = try await create(world, caller, request())
        #expect(!first.isReplay)
        let before = try await world.traces()
        world.clock.advance(by: .seconds(15 * 60))
        let second = try await create(world, caller, request())
        #expect(second.isReplay)
        #expect(second.answer == first.answer)
        #expect(second.acknowledgement.acknowledgedBy == [world.engine.nodeID])
        #expect(try await world.traces() == before)
        #expect(try await keyCount(world) == count + 1)
    }

    @Test("later it is told what was made, and after a day it is a new request")
    func expiry() async throws {
        let world = try await World.empty()
        let caller = try caller()
        let first = try await create(world, caller, request())
        let id = String(decoding: first.answer.body.prefix { $0 != UInt8(ascii: " ") }, as: UTF8.self)
        world.clock.advance(by: .milliseconds(15 * 60_000 + 1))
        await #expect(throws: ManagementError.idempotencyExpired(target: id)) {
            _ = try await create(world, caller, request())
        }
        world.clock.advance(by: .seconds(24 * 3600))
        #expect(try await !create(world, caller, request()).isReplay)
    }

    @Test("another request under the same key is a mistake")
    func mismatch() async throws {
        let world = try await World.empty()
        let caller = try caller()
        _ = try await create(world, caller, request())
        #expect(try await refusal { _ = try await create(world, caller, request("once", 2)) } == .mismatch)
        #expect(try await !create(world, caller, request("twice", 2)).isReplay)
    }

    @Test("each caller has its own keys")
    func callers() async throws {
        let world = try await World.empty()
        _ = try await create(world, caller(), request())
        #expect(try await !create(world, caller(), request()).isReplay)
    }

    @Test("another secret of the same caller can't open the answer, and is told what was made")
    func otherSecret() async throws {
        let world = try await World.empty()
        let caller = try caller()
        _ = try await create(world, caller, request())
        let other = Caller(
            keyID: caller.keyID, name: caller.name, scopes: caller.scopes, requestID: nil,
            secret: Secret.generate(prefix: .lyd, environment: .live))
        #expect(try await refusal { _ = try await create(world, other, request()) } == .expired)
    }

    @Test("a refused request is not remembered")
    func refused() async throws {
        let world = try await World.empty()
        let poor = Caller(keyID: .make(atMilliseconds: 1), name: "poor", scopes: .none, secret: secret)
        #expect(try await refusal { _ = try await create(world, poor, request()) } == .missing("lanyard:keys:write"))
        let rich = Caller(keyID: poor.keyID, name: "rich", scopes: Caller.operator.scopes, secret: secret)
        #expect(try await !create(world, rich, request()).isReplay)
    }

    @Test("an answer that can't be rendered undoes the change")
    func rendering() async throws {
        struct Broken: Error {}
        let world = try await World.empty()
        let caller = try caller()
        let before = try await world.traces()
        await #expect(throws: Broken.self) {
            _ = try await world.management.createKey(
                KeyDraft(name: "cron"), as: caller, idempotency: request()
            ) { _ in throw Broken() }
        }
        #expect(try await world.traces() == before)
    }

    @Test("what is stored does not contain the answer")
    func sealed() async throws {
        let world = try await World.empty()
        let caller = try caller()
        let request = try request()
        let answer = try await create(world, caller, request).answer
        let seal = IdempotencySeal(request, caller: try #require(caller.keyID), secret: secret)
        let stored = try #require(await world.store.read { try $0.idempotentAnswer(seal.id) })
        #expect(!stored.sealedBody.isEmpty)
        let text = String(decoding: stored.sealedBody, as: UTF8.self)
        #expect(!text.contains("lyd_live_"))
        #expect(!text.contains("key_"))
        // It opens with the caller's secret, for its request and status, and with nothing else.
        #expect(seal.open(stored) == answer)
        var moved = stored
        moved.status = 200
        #expect(seal.open(moved) == nil)
        let keyID = try #require(caller.keyID)
        let otherHash = try IdempotentRequest(key: "once", requestHash: [UInt8](repeating: 9, count: 32))
        let otherKey = try IdempotentRequest(key: "twice", requestHash: request.requestHash)
        let otherSecret = Secret.generate(prefix: .lyd, environment: .live)
        #expect(IdempotencySeal(otherHash, caller: keyID, secret: secret).open(stored) == nil)
        #expect(IdempotencySeal(otherKey, caller: keyID, secret: secret).open(stored) == nil)
        #expect(IdempotencySeal(request, caller: .make(atMilliseconds: 2), secret: secret).open(stored) == nil)
        #expect(IdempotencySeal(request, caller: keyID, secret: otherSecret).open(stored) == nil)
    }

    @Test("a repetition that overtakes the first is told that it still runs")
    func concurrent() async throws {
        let world = try await World.empty()
        let caller = try caller()
        let request = try request()
        let seal = IdempotencySeal(request, caller: try #require(caller.keyID), secret: secret)
        #expect(world.management.runningRequests.begin(seal.id))
        #expect(try await refusal { _ = try await create(world, caller, request) } == .conflict)
        world.management.runningRequests.end(seal.id)
        _ = try await create(world, caller, request)
        // Neither an answer nor a refusal leaves it marked as running.
        #expect(world.management.runningRequests.begin(seal.id))
    }

    @Test("of many at once one makes a key, and the others get its answer or are told that it still runs")
    func race() async throws {
        let world = try await World.empty()
        let caller = try caller()
        let request = try request()
        let count = try await keyCount(world)
        let bodies = try await withThrowingTaskGroup(of: [UInt8]?.self) { group in
            for _ in 0..<20 {
                group.addTask {
                    var body: [UInt8]?
                    let refused = try await refusal { body = try await create(world, caller, request).answer.body }
                    #expect(refused == nil || refused == .conflict)
                    return body
                }
            }
            return try await group.reduce(into: Set<[UInt8]>()) { bodies, body in
                if let body { bodies.insert(body) }
            }
        }
        #expect(bodies.count == 1)
        #expect(try await keyCount(world) == count + 1)
    }

    @Test(
        "an idempotency key is 1 to 128 visible ASCII characters",
        arguments: [
            "", "a b", "a\n", "ä", String(repeating: "a", count: 129),
        ])
    func keys(_ key: String) throws {
        #expect(throws: ManagementError.self) { _ = try request(key) }
        _ = try request(String(repeating: "~", count: 128))
    }

    @Test("a rotation is repeated with the same secret")
    func rotation() async throws {
        let world = try await World.empty()
        let caller = try caller()
        let id = try await world.key(KeyDraft(name: "cron")).details.record.id
        let request = try request()
        let rotate = {
            try await world.management.rotateKey(id, grace: .zero, as: caller, idempotency: request) {
                RenderedAnswer(status: 201, body: Array($0.secret.reveal().utf8))
            }
        }
        let first = try await rotate()
        let second = try await rotate()
        #expect(first.answer == second.answer)
        #expect(second.isReplay)
        #expect(try await world.secrets(of: id).count == 2)
    }

    @Test("the operator can't ask for a repeatable request")
    func withoutKey() async throws {
        let world = try await World.empty()
        #expect(try await refusal { _ = try await create(world, .operator, request()) } == .invalid("Idempotency-Key"))
        #expect(try await !create(world, .operator, nil).isReplay)
    }
}
