import LanyardCore
import Logging

// The one table of settings. Flags, environment, file and help are all made from it.

extension SettingDefinition {
    package static let all: [SettingDefinition] = listening + storing + keeping + tls + bounds + logging

    /// The table by setting; a test holds that there is a row for each.
    static let bySetting = Dictionary(uniqueKeysWithValues: all.map { ($0.setting, $0) })

    package static func of(_ setting: Setting) -> SettingDefinition? { bySetting[setting] }

    private static let listening: [SettingDefinition] = [
        value(
            .data, "host:port",
            "Where callers reach it: verify, authorize, self. Without a host, on all IPv4 addresses.",
            \.data, read: { text throws(InvalidSetting) in try ListenAddress(parsing: text) }),
        value(
            .admin, "host:port", "Where it is managed: the API for keys, metrics. Best left where only you reach it.",
            \.admin, read: { text throws(InvalidSetting) in try ListenAddress(parsing: text) }),
        list(
            .trustedProxy, "cidr",
            "A network of your proxies; only their forwarded headers are believed. None unless named. Repeatable.",
            \.trustedProxies,
            read: { text throws(InvalidSetting) in
                do {
                    return try CIDR(parsing: text)
                } catch {
                    throw InvalidSetting("\(ConfigurationProblem.quoted(text)) is no network: \(error)")
                }
            }),
        path(
            .readyFile, "Receives the two addresses as JSON once they can be reached, and is removed at the end.",
            read: { $1.configuration.readyFile = $0 }, show: { $0.readyFile }),
    ]

    private static let storing: [SettingDefinition] = [
        value(
            .database, "sqlite:path|postgres://user@host/database",
            "Where everything is kept. A file is made if it isn't there; a PostgreSQL database can be shared by servers.",
            \.database, read: { text throws(InvalidSetting) in try DatabaseLocation(parsing: text) }),
        path(
            .databasePasswordFile, "Holds the password of the PostgreSQL user; without it, PGPASSWORD or PGPASSFILE.",
            read: { $1.databasePasswordFile = $0 },
            show: { if case .postgres(_, let file) = $0.database { file } else { nil } }),
        integer(
            .databaseConnections, "Connections to a PostgreSQL server; one more hears of other servers' changes.",
            within: 5...1_000,
            write: { $1.databaseConnections = $0 }, show: { "\($0.databaseConnections)" }),
        text(
            .counters, "valkey://user@host:port",
            "Where servers of one PostgreSQL database count rolling limits: Valkey or Redis; without it, the database.",
            read: { (text, draft) throws(InvalidSetting) in
                draft.configuration.counters = try CountersLocation(parsing: text)
            }, show: { $0.counters?.description }),
        path(
            .countersPasswordFile, "Holds the password of the counters; without it, LANYARD_COUNTERS_PASSWORD.",
            read: { $1.countersPasswordFile = $0 }, show: { $0.counters?.passwordFile }),
        path(
            .adminKeyFile, "Receives the admin secret at the first start, readable for you alone. Keep it safe.",
            read: { $1.configuration.adminKeyFile = $0 }, show: { $0.adminKeyFile }),
        path(
            .config, "A file with these settings, as YAML; without it, ./lanyard.yaml if that is there.",
            kind: .outside, read: { _, _ in }, show: { _ in nil }),
    ]

    private static let keeping: [SettingDefinition] = [
        duration(
            .usageByMinute, "How long usage is kept by the minute, in whole days; then by the hour.",
            within: .seconds(86_400)...Duration.seconds(3_660 * 86_400), \.usageByMinute),
        duration(
            .usageRetention, "How long usage is kept at all, in whole days.",
            within: .seconds(86_400)...Duration.seconds(3_660 * 86_400), \.usageRetention),
    ]

    private static let tls: [SettingDefinition] = [
        path(
            .tlsCert, "Certificate chain (PEM) of both listeners. Read again when it changes, and at SIGHUP.",
            read: { $1.tlsCertificate = $0 }, show: { $0.tls?.certificate }),
        path(
            .tlsKey, "The certificate's private key (PEM).",
            read: { $1.tlsPrivateKey = $0 }, show: { $0.tls?.privateKey }),
        path(
            .clientCA, "Certificates (PEM) of who issues certificates to admins: the admin listener then asks for one.",
            read: { $1.clientAuthorities = $0 }, show: { $0.tls?.clientAuthorities }),
    ]

    private static let bounds: [SettingDefinition] = [
        integer(
            .maxConnections, "Open connections of callers; more wait to be accepted.", within: 1...1_000_000,
            write: { $1.limits.connections = $0 }, show: { "\($0.limits.connections)" }),
        integer(
            .maxAdminConnections, "Open connections of the admin listener; more wait to be accepted.",
            within: 1...100_000,
            write: { $1.limits.adminConnections = $0 }, show: { "\($0.limits.adminConnections)" }),
        duration(
            .idleTimeout, "How long a connection may stay open between two calls.",
            within: .seconds(1)...Duration.seconds(3_600), \.limits.idleTimeout),
        duration(
            .headerTimeout, "How long the head of a request may take to arrive.",
            within: .milliseconds(100)...Duration.seconds(600), \.limits.headerTimeout),
        duration(
            .bodyTimeout, "How long the body of a request may take to arrive; an import's may take any time.",
            within: .milliseconds(100)...Duration.seconds(3_600), \.limits.bodyTimeout),
        size(
            .maxHead, "The most bytes of a request's head: target, names and values.",
            within: .kibibytes(1)...ByteCount.mebibytes(1), \.limits.head),
        integer(
            .maxFields, "The most fields of a request's head.", within: 10...10_000,
            write: { $1.limits.fields = $0 }, show: { "\($0.limits.fields)" }),
        size(
            .maxBody, "The most bytes of a request's body.",
            within: .kibibytes(1)...ByteCount.mebibytes(256), \.limits.body),
        size(
            .bodyMemory, "The most bytes of callers' bodies together; beyond it they are told 503 and to try again.",
            within: .kibibytes(1)...ByteCount.mebibytes(1 << 16), \.limits.bodyMemory),
        duration(
            .drainDelay,
            "How long to go on serving after SIGTERM, with /readyz at 503, until load balancers have noticed.",
            within: .zero...Duration.seconds(600), \.limits.drainDelay),
        duration(
            .drainTimeout, "How long calls under way may take after SIGTERM; 0s cuts them.",
            within: .zero...Duration.seconds(600), \.limits.drainTimeout),
        integer(
            .threads, "Threads that answer callers; one for each processor unless told otherwise.", within: 1...1_024,
            write: { $1.threads = $0 }, show: { $0.threads.map { "\($0)" } }),
        size(
            .cacheMemory, "What keys kept in memory may take.",
            within: .mebibytes(1)...ByteCount.mebibytes(1 << 20), \.cacheMemory),
        integer(
            .unknownKeyBudget, "Look-ups of keys that nobody issued, allowed to one address in a minute.",
            within: 1...1_000_000,
            write: { $1.unknownKeyBudget = $0 }, show: { "\($0.unknownKeyBudget)" }),
        duration(
            .stalenessBound, "How long a node cut off from its store may go on admitting.",
            within: .seconds(1)...Duration.seconds(3_600), \.stalenessBound),
        duration(
            .callTimeout, "How long a call may wait for its POST /v1/finish; then it costs what was reserved.",
            within: .seconds(1)...Duration.seconds(86_400), \.callTimeout),
    ]

    private static let logging: [SettingDefinition] = [
        integer(
            .attemptWarning,
            "Refused attempts with bad keys, by one address in a minute, that are told in the log; 0 for never.",
            within: 0...1_000_000,
            write: { $1.attemptWarning = $0 }, show: { "\($0.attemptWarning)" }),
        choice(.logLevel, "From which level on lines are logged, to standard error.", \.logLevel),
        choice(.logFormat, "How a line is written: for machines or for people.", \.logFormat),
    ]
}
