import HTTPTypes
import LanyardHTTP
import Testing

@Suite("W3C trace context")
struct TraceParentTests {
    private static let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    private static let parent = "00f067aa0ba902b7"

    @Test(
        "the trace's id is read, of later versions too",
        arguments: ["00-\(trace)-\(parent)-01", "00-\(trace)-\(parent)-ff", "cc-\(trace)-\(parent)-00-more"])
    func read(text: String) {
        #expect(TraceParent(text)?.traceID == Self.trace)
    }

    @Test(
        "what the specification calls invalid is no trace",
        arguments: [
            "", "00", "00-\(trace)-\(parent)", "00-\(trace)-\(parent)-0", "00-\(trace)-\(parent)-01-more",
            "00-\(trace)-\(parent)-010", "ff-\(trace)-\(parent)-01", "cc-\(trace)-\(parent)-01.more",
            "00-\(trace.uppercased())-\(parent)-01", "00-\(String(repeating: "0", count: 32))-\(parent)-01",
            "00-\(trace)-0000000000000000-01", "00_\(trace)_\(parent)_01", "0-\(trace)-\(parent)-001",
            " 00-\(trace)-\(parent)-01", "00-\(trace.dropLast())g-\(parent)-01", "00-\(trace)-\(parent)-0\n",
        ])
    func ignored(text: String) {
        #expect(TraceParent(text) == nil)
    }

    @Test("the field is found whatever its case, and two are none")
    func fields() throws {
        let value = "00-\(Self.trace)-\(Self.parent)-01"
        let name = try #require(HTTPField.Name("TraceParent"))
        var fields = HTTPFields()
        #expect(TraceParent(in: fields) == nil)
        fields.append(HTTPField(name: name, value: value))
        #expect(RequestLabel(requestID: "r", fields: fields).entries.map(\.value) == ["r", Self.trace])
        fields.append(HTTPField(name: name, value: value))
        #expect(RequestLabel(requestID: "r", fields: fields).entries.map(\.value) == ["r"])
    }
}
