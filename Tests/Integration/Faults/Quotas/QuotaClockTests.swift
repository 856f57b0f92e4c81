import Foundation
import LanyardWire
import NIOHTTP1
import TestSupport
import Testing

#if os(Linux)
    // # Whose period it is
    //
    // PostgreSQL is the authority, and its civil clock stands some seconds before the end of an hour, and of a month. The
    // nodes' clocks are five seconds before it, five behind it, or an hour behind it: each ends its own periods at another
    // moment, and none may matter. What is granted is judged by this process's monotonic clock alone, on which the moment of
    // the end is known to a few hundredths of a second: PostgreSQL was asked for its time between two readings.
    //
    // What has ended by the authority's clock, and what has not, differs from expiry: that follows each node's own civil
    // clock, and is held to here, too.

    @Suite("The end of a period, on nodes whose clocks are wrong", .serialized)
    struct QuotaClockTests {
        /// How far each node's civil clock is ahead of PostgreSQL's, in seconds.
        struct Offsets: Sendable, CustomTestStringConvertible {
            let seconds: [Double]
            var testDescription: String { "nodes \(seconds.map { String(format: "%+.0f s", $0) })" }

            static let mixed = Offsets(seconds: [5, -5, -3600])
            static let all = [mixed] + mixed.seconds.map { Offsets(seconds: [$0, $0, $0]) }
        }

        /// In the plain run the end that is both, and nodes that differ.
        static var ends: [PeriodEnd] { TestRun.isLong ? PeriodEnd.allCases : [.month] }
        static var offsets: [Offsets] { TestRun.isLong ? Offsets.all : [.mixed] }

        private static let hourly = 60
        private static let monthly = 90
        /// More than is asked for: what is leased when the hour ends may be spent no more.
        private static let ample = 1_000_000
        private static let limits = [(amount: 20, seconds: 1), (amount: 60, seconds: 5)]
        /// How long it is watched after the end, in seconds: beyond what a clock five seconds behind takes for the end.
        private static let watched = 9.0
        /// A key expires so many seconds after the end.
        private static let expiry = 1.0

        @Test("every period admits its amount, by the clock of PostgreSQL alone", arguments: ends, offsets)
        func end(_ end: PeriodEnd, offsets: Offsets) async throws {
            let stand = try await ClockStand.start(before: end, offsets: offsets.seconds, keys: Self.makeKeys)
            let (nodes, keys, moment) = (stand.cluster.nodes, stand.keys, stand.end)
            let last = moment.latest + Int64(Self.watched * 1e9)
            // A slow machine has longer to use up a quota; nothing is concluded from how long that takes.
            let patience = last + TestRun.seconds(90) * 1_000_000_000
            @Sendable func load(_ name: String, upTo amount: Int = 0, pause: Double = 0) async -> QuotaLoad.Result {
                let load = QuotaLoad(nodes: nodes, secret: keys[name] ?? "", clientsOfEach: 2, pause: pause)
                return await load.run { _ in
                    let now = LoadConnection.now
                    return now < last || (load.granted.value < amount && now < patience)
                }
            }
            let (hourly, monthly) = (2 * Self.hourly, end == .month ? 2 * Self.monthly : Self.monthly)
            async let hours = load("hourly", upTo: hourly)
            async let months = load("monthly", upTo: monthly)
            async let windows = load("limited")
            async let plenty = load("ample", pause: 0.005)
            async let lives = ExpiryWatch.watch(nodes, keys["expiring"] ?? "", until: last)
            let late = try await expectDenials(stand)
            let (month, ample, limited, expiring) = await (months, plenty, windows, lives)
            var hour = await hours
            hour.grants += late

            expect(hour, Self.hourly, in: 2, around: moment, "hourly")
            expect(month, Self.monthly, in: end == .month ? 2 : 1, around: moment, "monthly")
            expectLimits(limited)
            for (seen, ahead) in zip(expiring, offsets.seconds) {
                seen.expect(expiryAt: moment.moved(bySeconds: Self.expiry - ahead), until: last, "\(ahead) s ahead")
            }
            try await expectLedger(stand, ample)
        }

        private static func makeKeys(_ client: ServerClient, _ end: PeriodEnd) async throws -> [String: String] {
            let limits = limits.map { #"{"name":"\#($0.seconds)s","amount":\#($0.amount),"window":"\#($0.seconds)s"}"# }
            let expiry = Date(timeIntervalSince1970: end.seconds + expiry).ISO8601Format()
            let fields = [
                // The first: on a node whose clock is ahead it has the least time left.
                ("expiring", #""expires_at":"\#(expiry)""#),
                ("hourly", #""quotas":[{"name":"all","amount":\#(hourly),"period":"hour"}]"#),
                ("monthly", #""quotas":[{"name":"all","amount":\#(monthly),"period":"month"}]"#),
                ("ample", #""quotas":[{"name":"all","amount":\#(ample),"period":"hour"}]"#),
                ("limited", #""limits":[\#(limits.joined(separator: ","))]"#),
            ]
            var secrets: [String: String] = [:]
            for (name, fields) in fields { secrets[name] = try await client.createKey(name, fields).secret }
            return secrets
        }
    }

    // MARK: - What is held to

    extension QuotaClockTests {
        /// Before the end all of the amount and not one unit more, and after it all of the next period's, if there is one.
        private func expect(
            _ seen: QuotaLoad.Result, _ amount: Int, in periods: Int, around end: ObservedMoment, _ what: String
        ) {
            let before = seen.grants.count { $0.answered < end.earliest }
            let after = seen.grants.filter { $0.sent > end.latest }
            let first = after.map(\.answered).min().map { "\(($0 - end.latest) / 1_000_000) ms" } ?? "never"
            print(
                "    \(what): \(before) granted before the end, \(after.count) after, the first after \(first),",
                "the last after \(((seen.grants.map(\.answered).max() ?? 0) - end.latest) / 1_000_000) ms,",
                "\(seen.grants.count) in all, \(seen.unavailable) unavailable")
            #expect(seen.others.isEmpty, "\(what): \(seen.others)")
            #expect(before == amount, "\(what)")
            #expect(after.count <= amount * (periods - 1), "\(what)")
            // A unit that was asked for about the end is of one of them.
            #expect(seen.grants.count == amount * periods, "\(what)")
        }

        private func expectLimits(_ seen: QuotaLoad.Result) {
            #expect(seen.others.isEmpty, "\(seen.others)")
            for limit in Self.limits {
                let most = seen.grants.most(within: .seconds(limit.seconds))
                print("    at most \(most) within \(limit.seconds) s of \(limit.amount), \(seen.grants.count) in all")
                #expect(most <= limit.amount)
            }
            // Windows went on over the end.
            #expect(seen.grants.count > Self.limits.map(\.amount).reduce(0, max))
        }

        /// Shortly before the end each node denies, and says by the authority's clock how long for.
        /// - Returns: What was granted after the end instead, on a machine that is too slow for this.
        private func expectDenials(_ stand: ClockStand) async throws -> [ObservedGrant] {
            let end = stand.end
            var late: [ObservedGrant] = []
            let wait = end.earliest - 2_000_000_000 - LoadConnection.now
            try await Task.sleep(for: .nanoseconds(max(0, wait)))
            for node in stand.cluster.nodes {
                let sent = LoadConnection.now
                let denial = try await node.client().send(
                    .data, .GET, "/v1/authorize", secret: stand.keys["hourly"] ?? "")
                let answered = LoadConnection.now
                guard answered < end.earliest else {
                    if denial.status == 200 { late.append(ObservedGrant(sent: sent, answered: answered)) }
                    continue
                }
                #expect(denial.code == "quota_exceeded", "\(denial.text)")
                let resets = denial["violated"]?["resets_at"]?.string
                #expect(
                    resets == "\(Date(timeIntervalSince1970: stand.period.seconds).ISO8601Format().dropLast()).000Z")
                let told = try #require(denial["retry_after_ms"]?.number?.int64)
                // A node bounds the authority's clock from when it asked, so it says too little, by what its question took.
                #expect(
                    told <= (end.latest - sent) / 1_000_000 + 50 && told >= (end.earliest - sent) / 1_000_000 - 3000)
            }
            return late
        }

        /// What was used is booked to the periods of the authority's clock, and to no other.
        private func expectLedger(_ stand: ClockStand, _ ample: QuotaLoad.Result) async throws {
            #expect(try await stand.cluster.ledger().over == 0)
            try await stand.cluster.stop()
            #expect(try await stand.cluster.ledger().leased == 0)
            let (hours, months) = (stand.period.hours, stand.period.months)
            #expect(try await booked(Self.hourly, stand) == hours.map { Booked(start: $0, used: Self.hourly) })
            #expect(try await booked(Self.monthly, stand) == months.map { Booked(start: $0, used: Self.monthly) })
            let plenty = try await booked(Self.ample, stand)
            #expect(plenty.map(\.start) == hours)
            #expect(ample.others.isEmpty && plenty.map(\.used).reduce(0, +) == ample.grants.count)
            // Each by when it was granted; not known of those that were asked for before the end and answered after it.
            let before = ample.grants.count { $0.answered < stand.end.earliest }
            let after = ample.grants.count { $0.sent > stand.end.latest }
            print("    ample: \(before) granted before the end, \(after) after, booked \(plenty)")
            #expect(before > 0 && after > 0)
            #expect(plenty[0].used >= before && plenty[plenty.count - 1].used >= after)
        }

        private struct Booked: Equatable, CustomStringConvertible {
            let start: String
            let used: Int
            var description: String { "\(used) from \(start)" }
        }

        /// The periods of a quota that is known by its amount, in their order.
        private func booked(_ amount: Int, _ stand: ClockStand) async throws -> [Booked] {
            let text = try await stand.cluster.text(
                """
                SELECT to_char(to_timestamp(start / 1000) AT TIME ZONE 'UTC', 'MM-DD HH24:MI'), used
                FROM balances WHERE amount = \(amount) ORDER BY start
                """)
            return text.split(separator: "\n").map { line in
                let columns = line.split(separator: "|")
                return Booked(start: String(columns[0]), used: columns.last.flatMap { Int($0) } ?? -1)
            }
        }
    }
#endif
