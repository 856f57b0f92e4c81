import LanyardWire
import NIOHTTP1

/// What a test's request was answered with.
struct Answer: Sendable {
    let status: Int
    let headers: HTTPHeaders
    let body: [UInt8]

    var text: String { String(decoding: body, as: UTF8.self) }

    /// Without its parameters; `nil` where there is none.
    var mediaType: String? {
        headers.first(name: "Content-Type")?.split(separator: ";").first.map(String.init)
    }

    var json: JSONValue? { try? JSONParser.parse(body) }

    subscript(member: String) -> JSONValue? { json?[member] }

    /// A problem's code.
    var code: String? { self["code"]?.string }

    /// The pointers of a problem's errors.
    var pointers: [String] { self["errors"]?.array?.compactMap { $0["pointer"]?.string } ?? [] }

    func header(_ name: String) -> String? { headers.first(name: name) }
}

/// A test's own step did not go as it must for the test to say anything.
struct UnexpectedAnswer: Error, CustomStringConvertible {
    let description: String

    init(_ call: Call, _ answer: Answer) {
        description = "\(call.method) \(call.target): \(answer.status) \(answer.text)"
    }

    init(_ description: String) {
        self.description = description
    }
}
