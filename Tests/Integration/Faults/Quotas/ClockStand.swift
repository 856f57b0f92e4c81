import Foundation
import TestSupport
import Testing

#if os(Linux)
    /// The end of a period, on the calendar.
    enum PeriodEnd: String, CaseIterable, CustomTestStringConvertible {
        /// The end of an hour, in the middle of a month.
        case hour = "2029-10-17T13:00:00Z"
        /// The end of a month, and so of an hour.
        case month = "2029-11-01T00:00:00Z"

        /// Since 1970.
        var seconds: Double {
            switch self {
            case .hour: 1_886_936_400
            case .month: 1_888_185_600
            }
        }

        /// The hours that are used, by when they begin.
        var hours: [String] {
            switch self {
            case .hour: ["10-17 12:00", "10-17 13:00"]
            case .month: ["10-31 23:00", "11-01 00:00"]
            }
        }

        /// The months that are used, by when they begin.
        var months: [String] {
            switch self {
            case .hour: ["10-01 00:00"]
            case .month: ["10-01 00:00", "11-01 00:00"]
            }
        }

        var testDescription: String { "the end of \(self == .hour ? "an hour" : "a month"), \(rawValue)" }
    }

    /// A moment that lies between two readings of this process's monotonic clock, in nanoseconds.
    struct ObservedMoment: Sendable {
        var earliest: Int64
        var latest: Int64

        func moved(bySeconds seconds: Double) -> ObservedMoment {
            let nanoseconds = Int64(seconds * 1e9)
            return ObservedMoment(earliest: earliest + nanoseconds, latest: latest + nanoseconds)
        }
    }

    /// Three nodes whose clocks are wrong, on a PostgreSQL that stands shortly before the end of a period.
    struct ClockStand {
        let cluster: QuotaCluster
        let period: PeriodEnd
        /// The period's end by PostgreSQL's clock.
        let end: ObservedMoment
        /// The secrets of the keys that were made, by name.
        let keys: [String: String]

        /// So much must be left until the end once everything runs, so that all of a quota can be used before it; more on a
        /// machine that is slow to start. Making keys may take a second of it.
        private static func least(after starting: Int64) -> Int64 { max(6_500_000_000, 2 * starting) }

        /// Starts everything. Where that has taken too long, everything anew, and earlier.
        static func start(
            before period: PeriodEnd, offsets: [Double],
            keys: (ServerClient, PeriodEnd) async throws -> [String: String]
        ) async throws -> ClockStand {
            for lead in [11.0, 25, 60, 150, 400] {
                let start = LoadConnection.now
                let ahead = period.seconds - lead - Date().timeIntervalSince1970
                let cluster = try await QuotaCluster(
                    offsets.count, stalenessBound: "30s", postgresEnvironment: FakeTime.environment(ahead: ahead),
                    environment: { try FakeTime.withTimers(FakeTime.environment(ahead: ahead + offsets[$0])) })
                // They have it open by now.
                for node in cluster.nodes { node.server.map { FakeTime.removeSharedMemory(of: $0.process.id) } }
                let end = try await moment(of: period, cluster)
                let least = least(after: LoadConnection.now - start)
                if end.earliest - LoadConnection.now >= least {
                    let made = try await keys(cluster.nodes[0].client(), period)
                    if end.earliest - LoadConnection.now >= least - 1_000_000_000 {
                        return ClockStand(cluster: cluster, period: period, end: end, keys: made)
                    }
                }
                print("    this machine needs more than \(lead) s to start")
                try await cluster.stop()
            }
            throw Unfulfilled(description: "this machine is too slow to be ready before the end of a period")
        }

        /// When PostgreSQL's clock comes to the end of a period.
        private static func moment(of period: PeriodEnd, _ cluster: QuotaCluster) async throws -> ObservedMoment {
            var moment = ObservedMoment(earliest: .min, latest: .max)
            for _ in 0..<5 {
                let before = LoadConnection.now
                let time = try await cluster.number(
                    "SELECT floor(extract(epoch FROM clock_timestamp()) * 1000000)::bigint")
                let after = LoadConnection.now
                let left = (Int64(period.seconds) * 1_000_000 - time) * 1000
                moment.earliest = max(moment.earliest, before + left - 1000)
                moment.latest = min(moment.latest, after + left)
            }
            return moment
        }
    }

    /// What one node says of a key that expires, asked over and over.
    struct ExpiryWatch: Sendable {
        private var granted: [ObservedGrant] = []
        private var denied: [ObservedGrant] = []
        private var others: [Int] = []

        /// Asks each node on a thread of its own; in the order of the nodes.
        static func watch(_ nodes: [QuotaNode], _ secret: String, until last: Int64) async -> [ExpiryWatch] {
            let addresses = nodes.map { $0.server?.client.data ?? "" }
            let seen = await onThreads(nodes.count) { (index: $0, watch: ask(addresses[$0], secret, until: last)) }
            return seen.sorted { $0.index < $1.index }.map(\.watch)
        }

        private static func ask(_ address: String, _ secret: String, until last: Int64) -> ExpiryWatch {
            var seen = ExpiryWatch()
            guard var connection = try? LoadConnection(to: address, asking: LoadConnection.authorize(secret)) else {
                return seen
            }
            while LoadConnection.now < last {
                guard case .answered(let status, let sent, let answered) = connection.ask() else { break }
                let moments = ObservedGrant(sent: sent, answered: answered)
                switch status {
                case 200: seen.granted.append(moments)
                case 401: seen.denied.append(moments)
                default: seen.others.append(status)
                }
                Thread.sleep(forTimeInterval: 0.02)
            }
            return seen
        }

        /// Granted until that moment, and denied from then on.
        func expect(expiryAt moment: ObservedMoment, until last: Int64, _ what: String) {
            // Its clock was set to a thousandth of a second, and is read to one.
            let doubt: Int64 = 5_000_000
            #expect(others.isEmpty, "\(what): \(others)")
            #expect(granted.allSatisfy { $0.sent <= moment.latest + doubt }, "\(what)")
            #expect(denied.allSatisfy { $0.answered >= moment.earliest - doubt }, "\(what)")
            #expect(!granted.isEmpty, "\(what)")
            // An hour is not waited for.
            #expect(denied.isEmpty == (moment.earliest > last), "\(what)")
        }
    }
#endif
