import Foundation
import LanyardCore
import LanyardSQLite
import LanyardStorage
import LanyardTesting
import TestSupport
import Testing

@testable import LanyardEngine

@Suite("Quotas on one node")
struct QuotaTests {
    private static let hundred = QuotaDefinition.requests(100, per: .day)

    private func balance(of fixture: EngineFixture, _ subject: Subject, _ quota: QuotaDefinition) async throws
        -> QuotaBalance?
    {
        let identity = QuotaIdentity(subject: subject, unit: quota.unit, period: quota.period, source: .key)
        let start = quota.period.span(containing: fixture.clock.now().wall).start
        return try await fixture.store.read { try $0.balances([QuotaBalanceID(quota: identity, start: start)]) }.first
    }

    @Test("a quota admits its amount, to the unit, and says what would help then")
    func exact() async throws {
        let fixture = try await EngineFixture()
        let (_, secret) = try await fixture.createKey { $0.quotas = [QuotaTests.hundred] }
        for _ in 0..<100 { #expect(await fixture.code(secret) == nil) }
        guard case .deny(let denial) = await fixture.decide(secret) else {
            Issue.record("the 101st was granted")
            return
        }
        #expect(denial.code == .quotaExceeded)
        let status = try #require(denial.violatedQuota)
        #expect(status.used == 100)
        #expect(status.remaining == 0)
        #expect(status.resetsAt == Timestamp(milliseconds: 1_767_312_000_000))
        #expect(denial.retryAfter != nil)
        fixture.clock.advance(by: .seconds(86_400))
        #expect(await fixture.code(secret) == nil, "the next day")
        try await fixture.engine.shutDown()
    }

    @Test("two hundred at once are granted as many as there are")
    func concurrently() async throws {
        let fixture = try await EngineFixture()
        let (_, secret) = try await fixture.createKey { $0.quotas = [QuotaTests.hundred] }
        let codes = await withTaskGroup(of: DenialCode?.self) { group in
            for _ in 0..<200 { group.addTask { await fixture.code(secret) } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(codes.count { $0 == nil } <= 100)
        // Whoever lost two rounds to others is told so; nobody is granted what is not there.
        #expect(codes.allSatisfy { $0 == nil || $0 == .quotaExceeded || $0 == .unavailable })
        var granted = codes.count { $0 == nil }
        while await fixture.code(secret) == nil { granted += 1 }
        #expect(granted == 100)
        try await fixture.engine.shutDown()
    }

    @Test("a shutdown gives back what is left, and an account's quota is its keys' together")
    func cleanRestart() async throws {
        try await withFile { path in
            let clock = ManualTimeSource()
            let first = try await EngineFixture(source: .sqlite(path), clock: clock)
            var record = AccountRecord(id: AccountID.make(atMilliseconds: 7), name: "acme", createdAt: clock.now().wall)
            record.quotas = [QuotaTests.hundred]
            let account = record
            try await first.store.write { try $0.insert(account) }
            let (_, one) = try await first.createKey { $0.account = account.id }
            let (_, other) = try await first.createKey {
                $0.account = account.id; $0.quotas = [QuotaTests.hundred]
            }
            for _ in 0..<30 {
                #expect(await first.code(one) == nil)
                #expect(await first.code(other) == nil)
            }
            try await first.engine.shutDown()
            let second = try await EngineFixture(source: .sqlite(path), clock: clock)
            for _ in 0..<40 { #expect(await second.code(other) == nil) }
            #expect(await second.code(one) == .quotaExceeded)
            #expect(await second.code(other) == .quotaExceeded)
            try await second.engine.shutDown()
        }
    }

    @Test("a crash costs one lease at most, and never admits too much")
    func crash() async throws {
        try await withFile { path in
            let clock = ManualTimeSource()
            let first = try await EngineFixture(source: .sqlite(path), clock: clock)
            let quota = QuotaDefinition.requests(1000, per: .lifetime)
            let (key, secret) = try await first.createKey { $0.quotas = [quota] }
            for _ in 0..<50 { #expect(await first.code(secret) == nil) }
            let leased = try #require(try await balance(of: first, Subject(key.id), quota)).leased
            try await first.store.close()  // As a crash would, under the engine.
            let second = try await EngineFixture(source: .sqlite(path), clock: clock)
            var granted: Int64 = 50
            while await second.code(secret) == nil { granted += 1 }
            #expect(granted <= 1000)
            #expect(granted >= 1000 - leased)
            try await second.engine.shutDown()
        }
    }

    @Test("what nobody uses is given back after ten seconds, and then the ledger knows what was used")
    func idle() async throws {
        let fixture = try await EngineFixture()
        let quota = QuotaDefinition.requests(10_000, per: .month)
        let (key, secret) = try await fixture.createKey { $0.quotas = [quota] }
        for _ in 0..<7 { #expect(await fixture.code(secret) == nil) }
        #expect(try #require(try await balance(of: fixture, Subject(key.id), quota)).leased > 0)
        fixture.clock.advance(by: .seconds(11))
        await fixture.engine.maintain()
        try await waitUntil { try await balance(of: fixture, Subject(key.id), quota)?.leased == 0 }
        #expect(try #require(try await balance(of: fixture, Subject(key.id), quota)).used == 7)
        #expect(await fixture.code(secret) == nil)
        try await fixture.engine.shutDown()
    }

    @Test("while the ledger is out of reach what is leased is spent, and then calls are denied unavailable")
    func outage() async throws {
        let fixture = try await EngineFixture()
        let (_, secret) = try await fixture.createKey { $0.quotas = [QuotaTests.hundred] }
        #expect(await fixture.code(secret) == nil)
        fixture.store.failWrites(true)
        var granted = 1
        while await fixture.code(secret) == nil { granted += 1 }
        #expect(granted < 100)
        #expect(await fixture.code(secret) == .unavailable)
        fixture.store.failWrites(false)
        fixture.clock.advance(by: .seconds(1))
        while await fixture.code(secret) == nil { granted += 1 }
        #expect(granted == 100, "nothing was lost, and nothing was granted twice")
        try await fixture.engine.shutDown()
    }

    @Test("a quota that allows for outages lets calls pass, and books them afterwards")
    func allowedOutage() async throws {
        let fixture = try await EngineFixture()
        var quota = QuotaTests.hundred
        quota.onOutage = .allow
        let (key, secret) = try await fixture.createKey { $0.quotas = [quota] }
        #expect(await fixture.code(secret) == nil)
        fixture.store.failWrites(true)
        for _ in 0..<150 { #expect(await fixture.code(secret) == nil, "also the call that finds the outage") }
        fixture.store.failWrites(false)
        fixture.clock.advance(by: .seconds(11))
        await fixture.engine.maintain()
        try await waitUntil { (try await balance(of: fixture, Subject(key.id), quota)?.used ?? 0) > 100 }
        #expect(await fixture.code(secret) == .quotaExceeded)
        try await fixture.engine.shutDown()
    }

    @Test("a reservation gives back what was not used, once, and charges what was used beyond it")
    func reservations() async throws {
        let fixture = try await EngineFixture()
        let quota = QuotaDefinition.budget(nanoUSD: 5_000_000_000, per: .month)
        let (_, secret) = try await fixture.createKey { $0.quotas = [quota] }
        let first = try #require(await reserve(fixture, secret, 3_000_000_000))
        #expect(first.costs.nanoUSD == 3_000_000_000)
        #expect(await reserve(fixture, secret, 3_000_000_000) == nil, "two dollars are left")
        let id = try #require(first.grantID)
        guard case .finished = fixture.engine.finish(id, actual: ActualCosts(nanoUSD: 1_000_000_000)) else {
            Issue.record("the call was not open")
            return
        }
        guard case .alreadyFinished = fixture.engine.finish(id, actual: ActualCosts(nanoUSD: 0)) else {
            Issue.record("a call was settled twice")
            return
        }
        let clamped = try #require(await reserve(fixture, secret, 9_000_000_000, least: 1))
        #expect(clamped.costs.nanoUSD == 4_000_000_000, "clamped to what is left")
        _ = fixture.engine.finish(try #require(clamped.grantID), actual: ActualCosts(nanoUSD: 4_500_000_000))
        #expect(await reserve(fixture, secret, 1) == nil)
        try await fixture.engine.shutDown()
    }

    @Test("a used up budget lets no call through whose cost was clamped to nothing, and books what nobody reserved")
    func nothingIsFree() async throws {
        let fixture = try await EngineFixture()
        let quotas = [QuotaDefinition.tokens(100, per: .month), .budget(nanoUSD: 10, per: .month)]
        let (_, secret) = try await fixture.createKey { $0.quotas = quotas }
        let tokens = try #require(await reserve(fixture, secret, 0, tokens: 60))
        guard
            case .finished = fixture.engine.finish(
                try #require(tokens.grantID), actual: ActualCosts(requests: 1, tokens: 60, nanoUSD: 10))
        else {
            Issue.record("the call was not open")
            return
        }
        #expect(await reserve(fixture, secret, 5, tokens: 10, least: 0) == nil, "the budget is used up")
        try await fixture.engine.shutDown()
    }

    @Test("usage counts what a settled call used, and not what was reserved for it")
    func usageOfReservations() async throws {
        let fixture = try await EngineFixture()
        let (_, secret) = try await fixture.createKey { $0.quotas = [.tokens(1000, per: .day)] }
        let grant = try #require(await reserve(fixture, secret, 0, tokens: 500))
        await fixture.engine.flush(everything: false)
        _ = fixture.engine.finish(try #require(grant.grantID), actual: ActualCosts(tokens: 120))
        await fixture.engine.flush(everything: false)
        let sums = try await fixture.store.read {
            try $0.usage(UsageQuery(fromMinute: 0, toMinute: .max, interval: .day))
        }
        #expect(sums.map(\.tokens) == [120])
        #expect(sums.first?.outcomes == [UsageRow.granted: 1])
        try await fixture.engine.shutDown()
    }

    @Test("a lowered quota holds at once, and a raised one too; renaming refunds nothing")
    func redefined() async throws {
        let fixture = try await EngineFixture()
        let (key, secret) = try await fixture.createKey { $0.quotas = [QuotaTests.hundred] }
        for _ in 0..<20 { #expect(await fixture.code(secret) == nil) }
        try await fixture.update(key, secret) { $0.quotas = [.requests(20, per: .day, name: "other")] }
        #expect(await fixture.code(secret) == .quotaExceeded)
        try await fixture.update(key, secret) { $0.quotas = [.requests(21, per: .day)] }
        #expect(await fixture.code(secret) == nil)
        #expect(await fixture.code(secret) == .quotaExceeded)
        try await fixture.engine.shutDown()
    }

    @Test("credits add to a lifetime at once")
    func credits() async throws {
        let fixture = try await EngineFixture()
        let prepaid = QuotaDefinition.requests(0, per: .lifetime)
        let (key, secret) = try await fixture.createKey { $0.quotas = [prepaid] }
        #expect(await fixture.code(secret) == .quotaExceeded)
        let quota = QuotaIdentity(subject: Subject(key.id), unit: .requests, period: .lifetime, source: .key)
        let (node, now) = (fixture.engine.nodeID, fixture.clock.now().wall)
        let change = try await fixture.store.write { store in
            _ = try store.run(
                LedgerBatch(
                    node: node, localTime: now,
                    credits: [
                        LedgerBatch.Credit(
                            id: .make(atMilliseconds: 1), quota: quota, terms: QuotaTerms(amount: 0, epoch: 1), units: 3
                        )
                    ]))
            return try store.recordChange(.key(key.id, [secret.digest]))
        }
        try await fixture.engine.apply([change])
        for _ in 0..<3 { #expect(await fixture.code(secret) == nil) }
        #expect(await fixture.code(secret) == .quotaExceeded)
        try await fixture.engine.shutDown()
    }

    @Test("a civil clock that is set back or forth opens no period twice")
    func clockJumps() async throws {
        let fixture = try await EngineFixture()
        let quota = QuotaDefinition.requests(10, per: .hour)
        let (_, secret) = try await fixture.createKey { $0.quotas = [quota] }
        let start = fixture.clock.now().wall
        var granted = 0
        for hours: Int64 in [0, 1, 0, 1, -1, 0, 1] {
            fixture.clock.setWall(start.advanced(byMilliseconds: hours * 3_600_000))
            fixture.clock.advance(by: .seconds(12))
            while await fixture.code(secret) == nil { granted += 1 }
        }
        #expect(granted <= 30, "three hours were seen, each has ten")
        #expect(granted >= 30 - 3)
        try await fixture.engine.shutDown()
    }

    private func reserve(
        _ fixture: EngineFixture, _ secret: Secret, _ nanoUSD: Int64, tokens: Int64 = 0, least: Int64? = nil
    ) async -> Granted? {
        var report = LimitReport()
        let most = Costs(tokens: tokens, nanoUSD: nanoUSD)
        let decision = await fixture.engine.reserve(
            secret, upTo: most, least: least.map { Costs(nanoUSD: $0) } ?? most, demand: Demand(), report: &report)
        if case .grant(let granted) = decision { return granted }
        return nil
    }

    private func waitUntil(_ condition: () async throws -> Bool) async throws {
        for _ in 0..<2000 {
            if try await condition() { return }
            try await Task.sleep(for: .milliseconds(5))
        }
        Issue.record("it did not come")
    }

    private func withFile(_ body: (String) async throws -> Void) async throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("lanyard-\(UUID()).sqlite").path
        defer {
            for suffix in ["", "-wal", "-shm", ".lock"] { try? FileManager.default.removeItem(atPath: path + suffix) }
        }
        try await body(path)
    }
}
