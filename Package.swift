// swift-tools-version: 6.2
import PackageDescription

// Targets and what each stands on are the table of docs/ARCHITECTURE.md; Tests/HouseTests holds every `import` against it.

let settings: [SwiftSetting] = {
    var settings: [SwiftSetting] = [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
    ]
    // CI sets this: a warning that a newcomer's newer compiler adds must not stop their first build.
    if Context.environment["LANYARD_WARNINGS_AS_ERRORS"] != nil {
        settings.append(.treatAllWarnings(as: .error))
    }
    return settings
}()

let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let nioSSL: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")
let httpTypes: Target.Dependency = .product(name: "HTTPTypes", package: "swift-http-types")
let nioHTTPTypes: Target.Dependency = .product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore: Target.Dependency = .product(name: "HummingbirdCore", package: "hummingbird")
let hummingbirdTLS: Target.Dependency = .product(name: "HummingbirdTLS", package: "hummingbird")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals: Target.Dependency = .product(name: "UnixSignals", package: "swift-service-lifecycle")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let metrics: Target.Dependency = .product(name: "Metrics", package: "swift-metrics")
let coreMetrics: Target.Dependency = .product(name: "CoreMetrics", package: "swift-metrics")
let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let asyncHTTPClient: Target.Dependency = .product(name: "AsyncHTTPClient", package: "async-http-client")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let grdbSQLite: Target.Dependency = .product(name: "GRDBSQLite", package: "GRDB.swift")
let asyncAlgorithms: Target.Dependency = .product(name: "AsyncAlgorithms", package: "swift-async-algorithms")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")
let structuredFields: Target.Dependency =
    .product(name: "RawStructuredFieldValues", package: "swift-http-structured-headers")

func library(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = []) -> Target {
    .target(name: name, dependencies: dependencies, resources: resources, swiftSettings: settings)
}

func tests(
    _ name: String, at path: String? = nil, except exclude: [String] = [], _ dependencies: [Target.Dependency],
    resources: [Resource] = []
) -> Target {
    .testTarget(
        name: name, dependencies: dependencies, path: path ?? "Tests/\(name)", exclude: exclude, resources: resources,
        swiftSettings: settings)
}

/// What several test targets share; no part of any product.
func testSupport(_ name: String, at path: String = "Tests/Support", _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, path: path, swiftSettings: settings)
}

let package = Package(
    name: "lanyard",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "Lanyard", targets: ["Lanyard"]),
        .library(name: "LanyardHummingbird", targets: ["LanyardHummingbird"]),
        .library(name: "LanyardPostgres", targets: ["LanyardPostgres"]),
        .library(name: "LanyardValkey", targets: ["LanyardValkey"]),
        .library(name: "LanyardTesting", targets: ["LanyardTesting"]),
        // The target is not named `lanyard`: on a case-insensitive disk it would share its folders with `Lanyard`.
        .executable(name: "lanyard", targets: ["LanyardCommand"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-http-structured-headers", from: "1.7.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-async-algorithms", from: "1.1.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
    ],
    targets: [
        library("LanyardCore", [crypto]),
        library("LanyardStorage", ["LanyardCore", crypto, logging]),
        library("LanyardSQLite", ["LanyardStorage", "LanyardCore", grdb, grdbSQLite, metrics, coreMetrics]),
        .systemLibrary(
            name: "CLanyardPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"]), .brew(["libpq"])]),
        library("LanyardPostgres", ["LanyardStorage", "LanyardCore", "CLanyardPQ", logging, metrics, coreMetrics]),
        library(
            "LanyardValkey",
            ["LanyardStorage", "LanyardCore", crypto, nioCore, nioPosix, nioSSL, logging]),
        library("LanyardEngine", ["LanyardStorage", "LanyardCore", crypto, lifecycle, logging, metrics, coreMetrics]),
        library("LanyardManagement", ["LanyardEngine", "LanyardStorage", "LanyardCore", crypto, logging]),
        library("LanyardWire", ["LanyardCore"]),
        library("LanyardHTTP", ["LanyardManagement", "LanyardCore", "LanyardWire", httpTypes]),
        library(
            "LanyardDataPlane",
            [
                "LanyardManagement", "LanyardEngine", "LanyardStorage", "LanyardHTTP", "LanyardWire", "LanyardCore",
                nioCore, nioPosix, nioHTTP1, nioSSL, httpTypes, lifecycle, logging, metrics, coreMetrics,
            ]),
        library(
            "LanyardAdmin",
            [
                "LanyardManagement", "LanyardEngine", "LanyardStorage", "LanyardHTTP", "LanyardWire", "LanyardCore",
                hummingbird, hummingbirdCore, hummingbirdTLS, nioCore, nioPosix, nioHTTP1, nioSSL, nioHTTPTypes,
                httpTypes, logging, crypto, lifecycle, metrics, coreMetrics, asyncAlgorithms,
            ]),
        library("LanyardTelemetry", [coreMetrics, metrics, logging]),
        library(
            "Lanyard",
            [
                "LanyardManagement", "LanyardEngine", "LanyardSQLite", "LanyardStorage", "LanyardCore", lifecycle,
                logging,
            ]),
        library("LanyardHummingbird", ["Lanyard", "LanyardHTTP", hummingbird, httpTypes, nioCore]),
        library("LanyardTesting", ["LanyardStorage", "LanyardCore"]),
        library(
            "LanyardServer",
            [
                "Lanyard", "LanyardAdmin", "LanyardDataPlane", "LanyardTelemetry", "LanyardManagement", "LanyardEngine",
                "LanyardSQLite", "LanyardPostgres", "LanyardValkey", "LanyardStorage", "LanyardHTTP", "LanyardWire",
                "LanyardCore", lifecycle, unixSignals, logging, coreMetrics, metrics, nioCore, nioPosix, nioSSL, yams,
            ]),
        .executableTarget(
            name: "LanyardCommand",
            dependencies: [
                "LanyardServer", "LanyardManagement", "LanyardEngine", "LanyardSQLite", "LanyardStorage", "LanyardWire",
                "LanyardCore", argumentParser, asyncHTTPClient, nioCore, nioHTTP1, nioSSL, logging,
            ],
            swiftSettings: settings),
        .executableTarget(
            name: "EngineBenchmark",
            dependencies: [
                "LanyardManagement", "LanyardEngine", "LanyardPostgres", "LanyardSQLite", "LanyardStorage",
                "LanyardTelemetry", "LanyardCore", argumentParser, logging, metrics, nioCore,
            ],
            path: "Benchmarks/Engine", swiftSettings: settings),
        tests(
            "LanyardCoreTests", ["LanyardCore", "LanyardTesting", "TestSupport", crypto], resources: [.copy("vectors")]),
        tests("LanyardWireTests", ["LanyardWire", "LanyardTesting", "LanyardCore"]),
        tests(
            "LanyardHTTPTests",
            ["LanyardHTTP", "LanyardManagement", "LanyardWire", "LanyardCore", httpTypes, structuredFields]),
        .executableTarget(
            name: "HummingbirdService", dependencies: ["Lanyard", "LanyardHummingbird", hummingbird],
            path: "Examples/HummingbirdService", swiftSettings: settings),
        tests("LanyardDecisionTests", ["LanyardCore", "LanyardTesting"]),
        tests("LanyardTests", ["Lanyard"]),
        tests(
            "LanyardHummingbirdTests",
            [
                "LanyardHummingbird", "Lanyard", hummingbird,
                .product(name: "HummingbirdTesting", package: "hummingbird"), httpTypes,
                asyncHTTPClient, nioCore, nioHTTP1, "HummingbirdService", "TestSupport",
            ]),
        tests(
            "LanyardTestingTests", ["LanyardTesting", "LanyardSQLite", "LanyardStorage", "LanyardCore", "TestSupport"]),
        tests(
            "LanyardSQLiteTests",
            ["LanyardSQLite", "LanyardTesting", "LanyardStorage", "LanyardCore", "TestSupport", grdb, grdbSQLite]),
        tests(
            "LanyardPostgresTests",
            ["LanyardPostgres", "LanyardTesting", "LanyardStorage", "LanyardCore", "TestSupport", logging]),
        tests(
            "LanyardValkeyTests",
            [
                "LanyardValkey", "LanyardTesting", "LanyardStorage", "LanyardCore", "TestSupport", nioCore, nioPosix,
                logging,
            ]),
        tests(
            "LanyardEngineTests",
            [
                "LanyardEngine", "LanyardSQLite", "LanyardTesting", "LanyardStorage", "LanyardCore", "TestSupport",
                logging,
            ]),
        tests("HouseTests", []),
        testSupport("TestSupport", ["LanyardStorage", "LanyardWire", "LanyardCore", logging, yams]),
        tests("ContractTests", ["LanyardHTTP", "LanyardWire", "LanyardCore", "TestSupport"]),
        tests(
            "LanyardAdminTests",
            [
                "LanyardAdmin", "LanyardManagement", "LanyardWire", "LanyardTesting", "LanyardCore", "TestSupport",
                httpTypes,
            ]),
        tests(
            "LanyardDataPlaneTests",
            [
                "LanyardDataPlane", "LanyardManagement", "LanyardEngine", "LanyardSQLite", "LanyardStorage",
                "LanyardHTTP", "LanyardWire", "LanyardTesting", "LanyardCore", "TestSupport", nioCore, nioPosix,
                nioHTTP1, nioSSL, logging,
            ]),
        tests(
            "LanyardServerTests",
            [
                "LanyardServer", "LanyardCommand", "LanyardManagement", "LanyardEngine", "LanyardSQLite",
                "LanyardStorage",
                "LanyardTelemetry", "LanyardCore", "TestSupport", asyncHTTPClient, nioCore, nioPosix, nioHTTP1, nioSSL,
                logging,
            ], resources: [.copy("Fixtures")]),
        tests(
            "IntegrationTests", at: "Tests/Integration", except: ["Faults"],
            [
                "LanyardAdmin", "LanyardDataPlane", "LanyardTelemetry", "LanyardManagement", "LanyardEngine",
                "LanyardSQLite", "LanyardStorage", "LanyardTesting", "LanyardHTTP", "LanyardWire", "LanyardCore",
                "LanyardServer", "LanyardCommand", "TestSupport", crypto, asyncHTTPClient, grdb, lifecycle, logging,
                metrics, coreMetrics, nioCore, nioPosix, nioHTTP1,
            ]),
        tests(
            "FaultTests", at: "Tests/Integration/Faults",
            [
                "LanyardCommand", "LanyardEngine", "LanyardPostgres", "LanyardSQLite", "LanyardStorage", "LanyardWire",
                "LanyardTesting", "LanyardCore", "TestSupport", asyncHTTPClient, logging, nioCore, nioPosix, nioHTTP1,
                nioSSL,
            ]),
        testSupport("FuzzKit", at: "Tests/Fuzz/Kit", ["LanyardHTTP", "LanyardWire", "LanyardCore"]),
        tests(
            "FuzzTests", at: "Tests/Fuzz/Suite",
            [
                "FuzzKit", "LanyardServer", "LanyardAdmin", "LanyardManagement", "LanyardSQLite", "LanyardStorage",
                "LanyardHTTP", "LanyardWire", "LanyardCore", "TestSupport",
            ], resources: [.copy("Regressions")]),
        tests("LanyardTelemetryTests", ["LanyardTelemetry", "TestSupport", coreMetrics, logging]),
        tests(
            "LanyardManagementTests",
            [
                "LanyardManagement", "LanyardEngine", "LanyardSQLite", "LanyardStorage", "LanyardTesting",
                "LanyardCore",
                logging,
            ]),
        tests(
            "LanyardCommandTests",
            [
                "LanyardCommand", "LanyardWire", "LanyardCore", "TestSupport", argumentParser, hummingbird,
                hummingbirdTLS, httpTypes, nioCore, nioSSL, logging,
            ]),
        tests(
            "ProxyTests",
            [.target(name: "LanyardCommand"), "TestSupport", asyncHTTPClient, nioCore, nioPosix, nioHTTP1]),
    ]
)

// libFuzzer's runtime is there only in a build with `--sanitize fuzzer`, which scripts/fuzz makes.
func fuzzer(_ name: String, at path: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(name: name, dependencies: dependencies, path: path, swiftSettings: settings)
}

if Context.environment["LANYARD_FUZZING"] != nil {
    package.products.append(.executable(name: "libfuzzer", targets: ["LibFuzzer"]))
    package.targets.append(fuzzer("LibFuzzer", at: "Tests/Fuzz/LibFuzzer", ["FuzzKit"]))
}
