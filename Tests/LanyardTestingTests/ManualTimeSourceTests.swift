import LanyardCore
import LanyardTesting
import Testing

@Suite("A clock that is turned by hand")
struct ManualTimeSourceTests {
    @Test("it stands still until it is turned, and then both of its clocks move alike")
    func advance() {
        let clock = ManualTimeSource()
        let start = clock.now()
        #expect(clock.now() == start)
        clock.advance(by: .milliseconds(1500))
        #expect(clock.now().wall.milliseconds - start.wall.milliseconds == 1500)
        #expect(clock.now().monotonic.nanoseconds - start.monotonic.nanoseconds == 1_500_000_000)
    }

    @Test("civil time can be set back, and the monotonic clock does not follow")
    func wall() {
        let clock = ManualTimeSource()
        let start = clock.now()
        clock.setWall(Timestamp(milliseconds: 0))
        #expect(clock.now().wall == Timestamp(milliseconds: 0))
        clock.advance(by: .seconds(-60))
        #expect(clock.now().monotonic == start.monotonic)
    }

    @Test("a restart of the machine names another run and begins its clock anew")
    func restart() {
        let clock = ManualTimeSource()
        let start = clock.now()
        #expect(clock.runID == "manual")
        clock.restartMachine(runID: "second", downtime: .seconds(90))
        #expect(clock.runID == "second")
        #expect(clock.now().monotonic < start.monotonic)
        #expect(clock.now().wall.milliseconds - start.wall.milliseconds == 90_000)
    }

    @Test("turned from many tasks at once, no turn is lost")
    func concurrent() async {
        let clock = ManualTimeSource()
        let start = clock.now()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<200 { group.addTask { clock.advance(by: .seconds(1)) } }
        }
        #expect(clock.now().monotonic.nanoseconds - start.monotonic.nanoseconds == 200_000_000_000)
    }
}
