import HTTPTypes
import Hummingbird
import LanyardHTTP
import LanyardWire
import NIOCore

/// An answer of the management API before it becomes an HTTP response.
struct AdminAnswer: Sendable {
    /// The fields that more than one answer writes.
    enum MediaType {
        static let json = "application/json"
        static let ndjson = "application/x-ndjson"
        static let csv = "text/csv; charset=utf-8"
    }

    var status: HTTPResponse.Status
    var fields = HTTPFields()
    var body: ResponseBody

    init(status: HTTPResponse.Status, mediaType: String?, body: ResponseBody) {
        self.status = status
        self.body = body
        fields[.contentType] = mediaType
    }

    /// An answer in JSON. One with a secret must not be kept by anybody on the way.
    static func json(_ body: some JSONWritable, status: HTTPResponse.Status = .ok, holdsSecret: Bool = false)
        -> AdminAnswer
    {
        bytes(body.bytes(), status: status, holdsSecret: holdsSecret)
    }

    static func bytes(_ body: [UInt8], status: HTTPResponse.Status, holdsSecret: Bool = false) -> AdminAnswer {
        var answer = AdminAnswer(
            status: status, mediaType: MediaType.json, body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
        if holdsSecret { answer.fields[.cacheControl] = "no-store" }
        return answer
    }

    static let noContent = AdminAnswer(status: .noContent, mediaType: nil, body: ResponseBody())

    /// A problem, with the fields that it carries.
    static func problem(_ response: ProblemResponse) -> AdminAnswer {
        var answer = AdminAnswer(
            status: HTTPResponse.Status(code: response.status), mediaType: ProblemResponse.mediaType,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: response.body)))
        for field in response.fields {
            guard let name = HTTPField.Name(field.name.description) else { continue }
            answer.fields[name] = field.value
        }
        answer.fields[.cacheControl] = "no-store"
        return answer
    }

    static func problem(_ problem: ManagementProblem) -> AdminAnswer { .problem(ProblemResponse(problem)) }
}
