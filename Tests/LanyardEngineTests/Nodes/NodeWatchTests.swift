import LanyardCore
import LanyardStorage
import Testing

@testable import LanyardEngine

@Suite("How long other nodes have been silent")
struct NodeWatchTests {
    private var watch = NodeWatch()

    private static func node(_ number: Int64) -> NodeDescription {
        NodeDescription(
            id: NodeID.make(atMilliseconds: number), host: "host", version: "1",
            startedAt: Timestamp(milliseconds: number), stalenessBoundMilliseconds: 30_000)
    }

    private let first = Self.node(1)
    private let second = Self.node(2)

    /// What a reading that took from one second to another makes of these beats.
    private mutating func look(
        _ beats: [(NodeDescription, Int64)], from start: Int64, to end: Int64
    ) -> [Int64] {
        watch.look(
            beats.map { NodeStanding(node: $0, epoch: 7, beat: $1) },
            from: MonotonicInstant(nanoseconds: start * 1_000_000_000),
            to: MonotonicInstant(nanoseconds: end * 1_000_000_000)
        ).map(\.silentMilliseconds)
    }

    @Test("is not known to whoever looks for the first time")
    mutating func unknown() {
        #expect(look([(first, 5), (second, 9)], from: 1000, to: 1001) == [0, 0])
    }

    @Test("is counted from the end of the first reading that shows a beat to the beginning of the last one")
    mutating func length() {
        _ = look([(first, 5), (second, 9)], from: 10, to: 12)
        #expect(look([(first, 5), (second, 9)], from: 20, to: 50) == [8000, 8000])
        // What the last one took may hold a confirmation that it just did not show.
        #expect(look([(first, 5), (second, 10)], from: 51, to: 60) == [39_000, 0])
        #expect(look([(first, 5), (second, 10)], from: 61, to: 61) == [49_000, 1000])
    }

    @Test("begins anew with any other beat, be it a lower one")
    mutating func lower() {
        _ = look([(first, 5)], from: 10, to: 10)
        #expect(look([(first, 4)], from: 90, to: 91) == [0])
        #expect(look([(first, 4)], from: 92, to: 92) == [1000])
    }

    @Test("is no longer for readings that overlap and end in another order")
    mutating func overlapping() {
        _ = look([(first, 5)], from: 10, to: 10)
        // A later one ends before it.
        #expect(look([(first, 6)], from: 30, to: 31) == [0])
        #expect(look([(first, 5)], from: 20, to: 32) == [0])
        #expect(look([(first, 6)], from: 40, to: 41) == [0])
        #expect(look([(first, 6)], from: 40, to: 42) == [0])
        #expect(look([(first, 6)], from: 50, to: 51) == [9000])
    }

    @Test("is that of the node that came back, and not of the one that went")
    mutating func comingBack() {
        _ = look([(first, 5), (second, 9)], from: 10, to: 10)
        _ = look([(second, 9)], from: 20, to: 20)
        #expect(look([(first, 5), (second, 9)], from: 30, to: 30) == [0, 20_000])
    }

    @Test("is judged by each node's own bound", arguments: [(30_000, 30_478), (1000, 1025), (3_600_000, 3_656_260)])
    func bounds(_ bound: Int64, _ live: Int64) {
        var node = first
        node.stalenessBoundMilliseconds = bound
        func silent(_ milliseconds: Int64) -> WatchedNode {
            WatchedNode(node: node, epoch: 7, silentMilliseconds: milliseconds)
        }
        #expect(silent(live).isLive && !silent(live + 1).isLive)
        #expect(!silent(2 * live).isGone && silent(2 * live + 2).isGone)
    }
}
