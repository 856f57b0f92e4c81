import FuzzKit
import TestSupport

/// How much this run tries, and from which seed.
///
/// `LANYARD_LONG=1` tries a million and a half cases, from a new seed each time; the plain run tries a hundred thousand from
/// a seed that stays, so that it says the same of the same code. `LANYARD_SEED` sets it: every failure tells its seed.
enum FuzzRun {
    static let isLong = TestRun.isLong

    static let seed = TestRun.givenSeed ?? (isLong ? UInt64.random(in: 0...UInt64(UInt32.max)) : 20_261_121)

    static let targets = FuzzTarget.all + FuzzTarget.server + FuzzTarget.journal

    /// The cases of all targets together.
    static let cases = isLong ? 1_500_000 : 100_000

    static func cases(of target: FuzzTarget) -> Int {
        let shares = targets.reduce(0) { $0 + $1.share }
        return (cases * target.share + shares - 1) / shares
    }
}
