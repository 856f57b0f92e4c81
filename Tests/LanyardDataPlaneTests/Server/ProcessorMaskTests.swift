import Testing

@testable import LanyardDataPlane

@Suite("Processors that the process may run on")
struct ProcessorMaskTests {
    @Test(
        "are counted in the mask that the system tells",
        arguments: [
            ("Name:\tlanyard\nCpus_allowed:\t1\nCpus_allowed_list:\t0\n", 1),
            ("Cpus_allowed:\t3\n", 2),
            ("Cpus_allowed:\tff,ffffffff\nCpus_allowed_list:\t0-39\n", 40),
            ("Cpus_allowed:\t0\n", nil),
            ("Cpus_allowed_list:\t0-3\n", nil),
            ("", nil),
        ] as [(String, Int?)])
    func count(status: String, count: Int?) {
        #expect(ProcessorMask.count(inStatus: status) == count)
    }
}
