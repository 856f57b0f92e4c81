import NIOCore
import NIOPosix

/// A request as bytes, for what a client library would not send.
struct RawRequest: Sendable {
    var method: String
    var target: String
    var fields: [(name: String, value: String)]
    var body: [UInt8]
    var isChunked = false
    /// Whether the connection is to end with the answer.
    var isLast = true

    init(_ method: String, _ target: String, _ fields: [(String, String)] = [], body: [UInt8] = []) {
        self.method = method
        self.target = target
        self.fields = fields.map { (name: $0.0, value: $0.1) }
        self.body = body
    }

    func bytes(mark: String) -> [UInt8] {
        var text = "\(method) \(target) HTTP/1.1\r\nHost: api.example\r\n\(Service.markHeader): \(mark)\r\n"
        if isLast { text += "Connection: close\r\n" }
        for field in fields { text += "\(field.name): \(field.value)\r\n" }
        if isChunked {
            text += "Transfer-Encoding: chunked\r\n\r\n"
            let size = String(body.count, radix: 16)
            return Array(text.utf8) + Array("\(size)\r\n".utf8) + body + Array("\r\n0\r\n\r\n".utf8)
        }
        if !body.isEmpty { text += "Content-Length: \(body.count)\r\n" }
        return Array((text + "\r\n").utf8) + body
    }

    func send(to port: Int, mark: String = "") async throws -> RawAnswer {
        // Not every proxy closes a connection that it was asked to close: the answer's own end counts.
        let isBodiless = method == "HEAD"
        let received = try await Loopback.exchange(bytes(mark: mark), port: port) { bytes in
            RawAnswer(bytes)?.isWhole(isBodiless: isBodiless) ?? false
        }
        guard let answer = RawAnswer(received) else {
            throw RunningProxy.Failure("no answer to \(method) \(target)")
        }
        return answer
    }
}

/// The head of an answer, and what followed it.
struct RawAnswer: Sendable {
    let status: Int
    let fields: [(name: String, value: String)]
    let rest: String

    /// The first final answer in what came over a connection; `100 Continue` is none.
    init?(_ bytes: [UInt8]) {
        var text = String(decoding: bytes, as: UTF8.self)[...]
        while true {
            guard let end = text.firstRange(of: "\r\n\r\n") else { return nil }
            let lines = text[..<end.lowerBound].split(separator: "\r\n")
            text = text[end.upperBound...]
            let code = lines.first?.split(separator: " ").dropFirst().first.flatMap { Int($0) }
            guard let code else { return nil }
            if code == 100 { continue }
            status = code
            fields = lines.dropFirst().map { line in
                let parts = line.split(separator: ":", maxSplits: 1)
                return (String(parts[0]), parts.count > 1 ? String(parts[1].drop { $0 == " " }) : "")
            }
            rest = String(text)
            return
        }
    }

    /// Whether all of it has come, as far as it tells its length.
    func isWhole(isBodiless: Bool) -> Bool {
        if isBodiless { return true }
        guard let length = values("Content-Length").first.flatMap({ Int($0) }) else { return false }
        return rest.utf8.count >= length
    }

    func values(_ name: String) -> [String] {
        fields.filter { $0.name.lowercased() == name.lowercased() }.map(\.value)
    }
}
