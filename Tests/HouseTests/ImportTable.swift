/// Which part of the product may know which: the table of `docs/ARCHITECTURE.md`, in a form that a test can hold against
/// `Package.swift` and every `import` line.
///
/// A row names what a target stands on directly; what lies beneath that is included. So an arrow can only point down,
/// and the adapters (one for each kind of store) can never come to know each other.
struct ImportTable {
    struct Row {
        let target: String
        let standsOn: [String]
        /// Products of other packages, by the name that `Package.swift` gives them. Their modules are called the same.
        let products: Set<String>
        let system: System
        /// Whether the target is part of what an embedding service sees. Elsewhere nothing is `public`.
        let isPublic: Bool
        /// Files that may see the whole platform although their target may not, and why.
        var exceptions: [String: String] = [:]
    }

    /// How much of the machine a target may see.
    enum System {
        /// Values and rules alone: the same answer whatever the time, the disk and the network.
        case none
        /// Foundation, for dates, files and JSON.
        case foundation
        /// The C library too.
        case platform

        var modules: Set<String> {
            switch self {
            case .none: ["Synchronization"]
            case .foundation: Self.none.modules.union(["Foundation", "FoundationEssentials"])
            case .platform: Self.foundation.modules.union(["Dispatch", "Darwin", "Glibc", "Musl"])
            }
        }
    }

    let rows: [Row]

    func row(_ target: String) -> Row? { rows.first { $0.target == target } }

    /// Every own target that `target` may import: all that it stands on, and all that lies beneath.
    func beneath(_ target: String) -> Set<String> {
        var found: Set<String> = []
        var next = row(target)?.standsOn ?? []
        while let name = next.popLast() {
            guard found.insert(name).inserted else { continue }
            next += row(name)?.standsOn ?? []
        }
        return found
    }
}

extension ImportTable {
    /// Targets that carry out a store's protocols; each stands on the protocols alone.
    static let adapters: Set<String> = ["LanyardSQLite", "LanyardPostgres", "LanyardValkey"]

    /// Programs under `Examples/`. They see what every user sees: products, and nothing behind them.
    static let examples: Set<String> = ["HummingbirdService"]
    /// Programs under `Benchmarks/`, which measure what lies behind the products.
    static let benchmarks: Set<String> = ["EngineBenchmark"]
    static let products: Set<String> = [
        "Lanyard", "LanyardHummingbird", "LanyardPostgres", "LanyardValkey", "LanyardTesting",
    ]

    static let lanyard = ImportTable(rows: [
        Row(
            target: "LanyardCore", standsOn: [], products: ["Crypto"], system: .none, isPublic: true,
            exceptions: ["Sources/LanyardCore/Secret/SecretMemory.swift": "only the C library zeroes for certain"]),
        Row(
            target: "LanyardStorage", standsOn: ["LanyardCore"], products: ["Crypto", "Logging"], system: .none,
            isPublic: true),
        Row(
            target: "LanyardSQLite", standsOn: ["LanyardStorage"],
            products: ["GRDB", "GRDBSQLite", "Metrics", "CoreMetrics"], system: .platform, isPublic: true),
        Row(
            target: "LanyardPostgres", standsOn: ["LanyardStorage"],
            products: ["CLanyardPQ", "Logging", "Metrics", "CoreMetrics"], system: .platform, isPublic: true),
        Row(
            target: "LanyardValkey", standsOn: ["LanyardStorage"],
            products: ["Crypto", "NIOCore", "NIOPosix", "NIOSSL", "Logging"],
            system: .foundation, isPublic: true),
        Row(
            target: "LanyardEngine", standsOn: ["LanyardStorage"],
            products: ["Crypto", "ServiceLifecycle", "Logging", "Metrics", "CoreMetrics"], system: .platform,
            isPublic: true),
        Row(
            target: "LanyardManagement", standsOn: ["LanyardEngine"], products: ["Crypto", "Logging"],
            system: .foundation, isPublic: true),
        Row(target: "LanyardWire", standsOn: ["LanyardCore"], products: [], system: .none, isPublic: false),
        Row(
            target: "LanyardHTTP", standsOn: ["LanyardManagement", "LanyardWire"], products: ["HTTPTypes"],
            system: .foundation, isPublic: false),
        Row(
            target: "LanyardDataPlane", standsOn: ["LanyardManagement", "LanyardHTTP"],
            products: [
                "NIOCore", "NIOPosix", "NIOHTTP1", "NIOSSL", "HTTPTypes", "ServiceLifecycle", "Logging", "Metrics",
                "CoreMetrics",
            ],
            system: .platform, isPublic: false),
        Row(
            target: "LanyardAdmin", standsOn: ["LanyardManagement", "LanyardWire", "LanyardHTTP"],
            products: [
                "Hummingbird", "HummingbirdCore", "HummingbirdTLS", "NIOCore", "NIOPosix", "NIOHTTP1", "NIOSSL",
                "NIOHTTPTypes", "HTTPTypes", "Logging", "Crypto", "ServiceLifecycle", "Metrics", "CoreMetrics",
                "AsyncAlgorithms",
            ],
            system: .foundation, isPublic: false),
        Row(
            target: "LanyardTelemetry", standsOn: [], products: ["CoreMetrics", "Metrics", "Logging"],
            system: .platform, isPublic: false),
        Row(
            target: "Lanyard", standsOn: ["LanyardManagement", "LanyardSQLite"],
            products: ["ServiceLifecycle", "Logging"], system: .foundation, isPublic: true),
        Row(
            target: "LanyardHummingbird", standsOn: ["Lanyard", "LanyardHTTP"],
            products: ["Hummingbird", "HTTPTypes", "NIOCore"], system: .foundation, isPublic: true),
        Row(target: "LanyardTesting", standsOn: ["LanyardStorage"], products: [], system: .foundation, isPublic: true),
        Row(
            target: "LanyardServer",
            standsOn: [
                "Lanyard", "LanyardPostgres", "LanyardValkey", "LanyardAdmin", "LanyardDataPlane", "LanyardTelemetry",
            ],
            products: [
                "ServiceLifecycle", "UnixSignals", "Logging", "CoreMetrics", "Metrics", "NIOCore", "NIOPosix", "NIOSSL",
                "Yams",
            ],
            system: .platform, isPublic: false),
        Row(
            target: "LanyardCommand", standsOn: ["LanyardServer"],
            products: ["ArgumentParser", "AsyncHTTPClient", "NIOCore", "NIOHTTP1", "NIOSSL", "Logging"],
            system: .platform, isPublic: false),
        Row(
            target: "EngineBenchmark",
            standsOn: ["LanyardManagement", "LanyardPostgres", "LanyardSQLite", "LanyardTelemetry"],
            products: ["ArgumentParser", "Logging", "Metrics", "NIOCore"], system: .platform, isPublic: false),
    ])
}
