import Foundation
import LanyardCore
import LanyardHTTP
import NIOCore
import NIOHTTP1
import Testing

@testable import LanyardDataPlane

@Suite("Answers as bytes")
struct AnswerTests {
    private let frame = AnswerFrame(now: .at(0), closes: false)

    @Test("a date is written as HTTP writes it")
    func dates() {
        #expect(Timestamp(milliseconds: 784_111_777_000).imfFixdate == "Sun, 06 Nov 1994 08:49:37 GMT")
        #expect(Timestamp(milliseconds: 0).imfFixdate == "Thu, 01 Jan 1970 00:00:00 GMT")
        #expect(Timestamp(milliseconds: -1).imfFixdate == "Wed, 31 Dec 1969 23:59:59 GMT")
        #expect(Timestamp(milliseconds: 1_709_210_096_789).imfFixdate == "Thu, 29 Feb 2024 12:34:56 GMT")
    }

    @Test("the date is made anew when its second is over, and not before")
    func dateField() {
        var field = DateField()
        var asked = 0
        func line(at milliseconds: Int64) -> String {
            let line = field.line(at: .at(milliseconds)) {
                asked += 1
                return Timestamp(milliseconds: 500 + milliseconds)
            }
            return String(decoding: line, as: UTF8.self)
        }
        #expect(line(at: 0) == "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n")
        #expect(line(at: 499) == "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n")
        #expect(asked == 1)
        #expect(line(at: 500) == "Date: Thu, 01 Jan 1970 00:00:01 GMT\r\n")
        #expect(asked == 2)
    }

    @Test("no value splits an answer")
    func splitting() {
        var output = ByteBuffer()
        let writer = AnswerWriter(date: Array("Date: x\r\n".utf8))
        writer.json(
            200, [], fields: [(.cacheControl, "a\r\nSet-Cookie: b\u{0}\u{7f}\u{1}é")], requestID: "r\nX: y", frame,
            into: &output)
        let text = String(buffer: output)
        #expect(text.contains("Cache-Control: a??Set-Cookie: b???é\r\n"))
        #expect(text.contains("X-Request-Id: r?X: y\r\n"))
        #expect(text.components(separatedBy: "\r\n").count == 8)
    }

    @Test("an answer to HEAD tells the length of a body that it leaves out")
    func head() {
        var output = ByteBuffer()
        var frame = frame
        frame.omitsBody = true
        AnswerWriter(date: []).json(200, Array("{}".utf8), requestID: "r", frame, into: &output)
        let text = String(buffer: output)
        #expect(text.contains("Content-Length: 2\r\n"))
        #expect(text.hasSuffix("\r\n\r\n"))
    }

    @Test("a decimal is written with all its digits", arguments: [0, 1, 9, 10, 4096, 1_048_576])
    func decimals(number: Int) {
        var output = ByteBuffer()
        output.writeDecimal(number)
        #expect(String(buffer: output) == "\(number)")
    }

    @Test("a client's own request id is kept if it is harmless and there once")
    func requestIDs() {
        var ids = RequestIDs(seed: 1)
        func id(_ values: String...) -> String {
            ids.id(for: .make(.GET, "/", values.map { ("X-Request-ID", $0) }))
        }
        #expect(id("a.B-c_9") == "a.B-c_9")
        #expect(id(String(repeating: "x", count: 64)).count == 64)
        for bad in ["", String(repeating: "x", count: 65), "a b", "a\"b", "a;b", "é", "a\tb"] {
            #expect(id(bad) != bad)
        }
        #expect(id("a", "a") != "a")
        let secret = Secret.make().reveal()
        #expect(id(secret) != secret)
        let (first, second) = (id(), id())
        #expect(first != second)
        #expect(RequestName.isAcceptable(first) && first.count == 16)
    }

    @Test("every refusal is told as a problem with its status")
    func refusals() {
        let all: [Refusal] = [
            .syntax, .target, .host, .bodyLength, .tunnel, .targetTooLong, .headTooLarge, .bodyTooLarge, .expectation,
            .timeout, .overloaded,
        ]
        for refusal in all {
            var output = ByteBuffer()
            var frame = frame
            frame.closes = true
            AnswerWriter(date: []).refusal(refusal, requestID: "r", frame, into: &output)
            let text = String(buffer: output)
            #expect(text.hasPrefix("HTTP/1.1 \(refusal.status) "))
            #expect(text.contains("\"status\":\(refusal.status)"))
            #expect(text.contains("Connection: close\r\n"))
            #expect(text.contains("Retry-After: 1\r\n") == (refusal.status == 503))
            #expect(text.contains("Content-Type: application/problem+json\r\n"))
        }
    }
}
