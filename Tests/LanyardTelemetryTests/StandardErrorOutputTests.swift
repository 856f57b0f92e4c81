import Foundation
import Testing

@testable import LanyardTelemetry

@Suite("Standard error")
struct StandardErrorOutputTests {
    @Test("lines written by many at once stay whole")
    func whole() async throws {
        let pipe = Pipe()
        let output = StandardErrorOutput(descriptor: pipe.fileHandleForWriting.fileDescriptor)
        let reading = Task.detached { pipe.fileHandleForReading.readDataToEndOfFile() }
        await withTaskGroup(of: Void.self) { group in
            for writer in 0..<8 {
                group.addTask {
                    // Longer than what a pipe takes in one piece.
                    let line = Array(String(repeating: "\(writer)", count: 10_000).utf8) + [10]
                    for _ in 0..<20 { output.write(line) }
                }
            }
        }
        try pipe.fileHandleForWriting.close()
        let lines = await reading.value.split(separator: 10)
        #expect(lines.count == 160)
        #expect(lines.allSatisfy { $0.count == 10_000 && Set($0).count == 1 })
    }

    @Test("a reader that stops reading holds nobody up for ever, and is told what it missed")
    func full() throws {
        let pipe = Pipe()
        let descriptor = pipe.fileHandleForWriting.fileDescriptor
        // What O_NONBLOCK is for: the test may not hang where the code would.
        #expect(fcntl(descriptor, F_SETFL, O_NONBLOCK) == 0)
        let output = StandardErrorOutput(descriptor: descriptor)
        let line = Array(repeating: UInt8(ascii: "x"), count: 1_023) + [10]
        for _ in 0..<1_000 { output.write(line) }
        var size = pipe.fileHandleForReading.availableData.count
        while size < 60_000 { size += pipe.fileHandleForReading.availableData.count }
        output.write(Array("after\n".utf8))
        try pipe.fileHandleForWriting.close()
        let rest = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        #expect(rest.contains("log lines were dropped"))
        #expect(rest.hasSuffix("after\n"))
    }
}
