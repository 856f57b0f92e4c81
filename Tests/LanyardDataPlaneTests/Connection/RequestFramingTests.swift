import LanyardHTTP
import NIOHTTP1
import Testing

@testable import LanyardDataPlane

@Suite("What a head says about its message")
struct RequestFramingTests {
    private func inspect(_ head: HTTPRequestHead, _ limits: ConnectionLimits = ConnectionLimits()) -> Refusal? {
        switch RequestFraming.inspect(head, limits: limits) {
        case .accepted: nil
        case .refused(let refusal): refusal
        }
    }

    private func framing(_ head: HTTPRequestHead) -> RequestFraming? {
        switch RequestFraming.inspect(head, limits: ConnectionLimits()) {
        case .accepted(let framing, _): framing
        case .refused: nil
        }
    }

    @Test("the end of the body is known from one of two fields")
    func body() {
        #expect(framing(.make())?.body == RequestFraming.Body.none)
        #expect(framing(.make(.POST, "/", [("content-length", "0")]))?.body == RequestFraming.Body.none)
        #expect(framing(.make(.POST, "/", [("CONTENT-LENGTH", " 12 ")]))?.body == .length(12))
        #expect(framing(.make(.POST, "/", [("Transfer-Encoding", "Chunked")]))?.body == .chunked)
    }

    @Test(
        "two statements of the body's end, or one that can't be kept, are refused",
        arguments: [
            [("Content-Length", "3"), ("Transfer-Encoding", "chunked")],
            [("Content-Length", "3"), ("Content-Length", "3")],
            [("Content-Length", "3, 3")], [("Content-Length", "+3")], [("Content-Length", "-3")],
            [("Content-Length", "0x3")], [("Content-Length", "")], [("Content-Length", "3 3")],
            [("Transfer-Encoding", "gzip")], [("Transfer-Encoding", "gzip, chunked")],
            [("Transfer-Encoding", "chunked, chunked")], [("Transfer-Encoding", "identity")],
            [("Transfer-Encoding", "chunked"), ("Transfer-Encoding", "chunked")],
        ])
    func ambiguousBody(fields: [(String, String)]) {
        #expect(inspect(.make(.POST, "/", fields)) == .bodyLength)
    }

    @Test("HTTP/1.0 has no chunks")
    func chunksInVersion10() {
        let head = HTTPRequestHead.make(.POST, "/", [("Transfer-Encoding", "chunked")], version: .http1_0)
        #expect(inspect(head) == .bodyLength)
    }

    @Test("a length beyond the limit, or beyond all numbers, is too large")
    func largeBody() {
        #expect(inspect(.make(.POST, "/", [("Content-Length", "1048576")])) == nil)
        #expect(inspect(.make(.POST, "/", [("Content-Length", "1048577")])) == .bodyTooLarge)
        #expect(inspect(.make(.POST, "/", [("Content-Length", "99999999999999999999999")])) == .bodyTooLarge)
    }

    @Test("HTTP/1.1 names one host, properly; HTTP/1.0 need not")
    func hosts() {
        #expect(inspect(.make(host: nil)) == .host)
        #expect(inspect(.make(.GET, "/", [("Host", "b")])) == .host)
        #expect(inspect(.make(version: .http1_0, host: nil)) == nil)
        #expect(inspect(.make(.GET, "/", [("Host", "b")], version: .http1_0)) == .host)
        for good in ["a", "a.b:8080", "127.0.0.1", "[::1]:80", " a "] { #expect(inspect(.make(host: good)) == nil) }
        for bad in ["", " ", "a b", "a/b", "a@b", "a,b", "a\u{7f}", "é"] {
            #expect(inspect(.make(host: bad)) == .host, "\(bad)")
        }
    }

    @Test("only '100-continue' may be expected")
    func expectations() {
        #expect(inspect(.make(.POST, "/", [("Expect", "100-continue")])) == nil)
        #expect(inspect(.make(.POST, "/", [("Expect", "200-ok")])) == .expectation)
        #expect(inspect(.make(.POST, "/", [("Expect", "")])) == .expectation)
    }

    @Test("CONNECT, a long target and a target of no known form are refused")
    func targets() {
        #expect(inspect(.make(.CONNECT, "example.org:443")) == .tunnel)
        var limits = ConnectionLimits()
        limits.targetBytes = 10
        #expect(inspect(.make(.GET, "/123456789"), limits) == nil)
        #expect(inspect(.make(.GET, "/1234567890"), limits) == .targetTooLong)
        for bad in ["*", "a", "", "ftp://a/b", "http:///a", "//", "/a#b", "?a"] where bad != "//" {
            #expect(inspect(.make(.OPTIONS, bad)) == .target, "\(bad)")
        }
    }

    @Test("the path of a target is what stands before the query, after the authority of an absolute target")
    func paths() {
        func path(_ text: String) -> String? { RequestTarget(text).map { String($0.pathText) } }
        #expect(path("/a/b?c=/d?e") == "/a/b")
        #expect(path("/") == "/")
        #expect(path("http://h/a?b") == "/a")
        #expect(path("HTTPS://h:1/a") == "/a")
        #expect(path("http://h?b") == "")
        #expect(RequestTarget("http://h/a?b")?.pathAndQuery == "/a?b")
        #expect(RequestTarget("/v1/x/y?z")?.part(4..<5) == "x")
        #expect(RequestTarget("/v1/x/y?z").map { String($0.rest(from: 5)) } == "/y?z")
    }
}
