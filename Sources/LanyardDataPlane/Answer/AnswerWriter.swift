import LanyardHTTP
import LanyardWire
import NIOCore

/// Writes answers as bytes, straight into the buffer that is sent.
///
/// Whatever is written here comes from grammars without control characters, our own texts, or a request's id, which was
/// checked. A value that held one all the same could split the answer in two; so bytes below space are not written.
struct AnswerWriter {
    /// The value of ``DateField/line(at:wall:)``.
    let date: [UInt8]

    /// The status line and the fields that every answer has.
    @inline(__always)
    func begin(_ status: Int, _ frame: AnswerFrame, contentLength: Int, into output: inout ByteBuffer) {
        output.writeStaticString(AnswerStatus.line(status))
        output.writeBytes(date)
        if contentLength == 0 {
            output.writeStaticString("Content-Length: 0\r\n")
        } else {
            output.writeStaticString("Content-Length: ")
            output.writeDecimal(contentLength)
            output.writeStaticString("\r\n")
        }
        if frame.closes {
            output.writeStaticString("Connection: close\r\n")
        } else if frame.announcesKeepAlive {
            output.writeStaticString("Connection: keep-alive\r\n")
        }
    }

    func field(_ name: FieldName, _ value: String, into output: inout ByteBuffer) {
        output.writeString(name.description)
        output.writeStaticString(": ")
        output.writeFieldValue(value.utf8)
        output.writeStaticString("\r\n")
    }

    /// The empty line, and the body unless the request was `HEAD`.
    func end(_ frame: AnswerFrame, body: [UInt8] = [], into output: inout ByteBuffer) {
        output.writeStaticString("\r\n")
        if !frame.omitsBody { output.writeBytes(body) }
    }
}

extension AnswerWriter {
    /// A whole answer with a body of JSON.
    func json(
        _ status: Int, _ body: [UInt8], fields: [(FieldName, String)] = [], requestID: String, _ frame: AnswerFrame,
        into output: inout ByteBuffer
    ) {
        begin(status, frame, contentLength: body.count, into: &output)
        output.writeStaticString("Content-Type: application/json\r\n")
        field(.requestID, requestID, into: &output)
        for (name, value) in fields { field(name, value, into: &output) }
        end(frame, body: body, into: &output)
    }

    /// A whole answer with a problem.
    func problem(
        _ problem: ProblemResponse, requestID: String, _ frame: AnswerFrame, into output: inout ByteBuffer
    ) {
        begin(problem.status, frame, contentLength: problem.body.count, into: &output)
        for entry in problem.fields { field(entry.name, entry.value, into: &output) }
        field(.requestID, requestID, into: &output)
        end(frame, body: problem.body, into: &output)
    }

    /// A whole answer to a refusal.
    func refusal(_ refusal: Refusal, requestID: String, _ frame: AnswerFrame, into output: inout ByteBuffer) {
        let body = refusal.bytes()
        begin(refusal.status, frame, contentLength: body.count, into: &output)
        field(.contentType, ProblemResponse.mediaType, into: &output)
        if let seconds = refusal.retryAfterSeconds { field(.retryAfter, String(seconds), into: &output) }
        field(.requestID, requestID, into: &output)
        end(frame, body: body, into: &output)
    }
}

extension ByteBuffer {
    mutating func writeDecimal(_ number: Int) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var rest = UInt(number.magnitude)
            var start = digits.count
            repeat {
                start -= 1
                digits[start] = UInt8(ascii: "0") + UInt8(rest % 10)
                rest /= 10
            } while rest > 0
            writeBytes(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: digits[start...])))
        }
    }

    mutating func writeFieldValue(_ value: some Collection<UInt8>) {
        if value.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }) {
            writeBytes(value)
        } else {
            writeBytes(value.map { $0 >= 0x20 && $0 != 0x7f ? $0 : UInt8(ascii: "?") })
        }
    }
}
