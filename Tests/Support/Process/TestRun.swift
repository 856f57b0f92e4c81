import Foundation

/// What whoever runs the tests has asked for.
package enum TestRun {
    /// Whether the long forms of tests run.
    package static let isLong = ProcessInfo.processInfo.environment["LANYARD_LONG"] == "1"

    /// The seed that `LANYARD_SEED` sets.
    package static let givenSeed = ProcessInfo.processInfo.environment["LANYARD_SEED"].flatMap { UInt64($0) }

    /// What random choices come from: the seed that is set, or another in each run. A test prints it.
    package static let seed = givenSeed ?? UInt64.random(in: 0..<1_000_000)

    /// How many times longer than usual everything may take: `LANYARD_PATIENCE`, which scripts/test sets for sanitizers.
    package static let patience = ProcessInfo.processInfo.environment["LANYARD_PATIENCE"].flatMap { Int($0) } ?? 1

    /// So many minutes, for who is not patient.
    package static func minutes(_ count: Int) -> Int { count * patience }

    /// So many seconds, for who is not patient.
    package static func seconds(_ count: Int) -> Int64 { Int64(count * patience) }
}
