import Testing

@testable import LanyardServer

@Suite("The limit of open files")
struct OpenFileLimitTests {
    @Test("it is raised to what connections need, never lowered, and what there is room for is told")
    func raising() throws {
        let before = try #require(OpenFileLimit.current)
        #expect(OpenFileLimit.raise(forConnections: 1) == 1)
        #expect(OpenFileLimit.current == before)
        let room = OpenFileLimit.raise(forConnections: 1_000_000_000)
        let after = try #require(OpenFileLimit.current)
        #expect(after >= before)
        #expect(room == min(1_000_000_000, after - OpenFileLimit.reserve))
    }
}
