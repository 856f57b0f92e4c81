import LanyardCore
import LanyardHTTP
import NIOHTTP1

/// What a head says about the message that it begins: where its body ends, and what becomes of the connection.
///
/// llhttp has parsed the head and refuses much by itself. What is safe to refuse twice is refused here too, since these
/// are the rules that request smuggling breaks (RFC 9112, sections 3.2, 6.1 and 6.3).
struct RequestFraming: Equatable {
    enum Body: Equatable {
        case none
        case length(Int)
        case chunked
    }

    enum Inspection: Equatable {
        case accepted(RequestFraming, RequestTarget)
        case refused(Refusal)
    }

    var body = Body.none
    /// The client waits for `100 Continue` before it sends the body.
    var expectsContinue = false
    /// The client's wish, and that of its version.
    var keepsAlive = true
    /// HTTP/1.0: it has to be told that the connection stays open.
    var isVersion10 = false
    /// It offers to speak something else. That is ignored (RFC 9110, section 7.8), so that a proxy may ask about a
    /// WebSocket's handshake; but the parser stops behind such a request, so the connection ends.
    var offersUpgrade = false
}

extension RequestFraming {
    static func inspect(_ head: HTTPRequestHead, limits: ConnectionLimits) -> Inspection {
        guard head.version.major == 1 else { return .refused(.syntax) }
        guard head.method != .CONNECT else { return .refused(.tunnel) }
        guard head.uri.utf8.count <= limits.targetBytes else { return .refused(.targetTooLong) }
        guard let target = RequestTarget(head.uri) else { return .refused(.target) }
        var collector = FramingFields()
        for (name, value) in head.headers { collector.take(name, value) }
        if let refusal = collector.refusal { return .refused(refusal) }
        var framing = RequestFraming()
        framing.isVersion10 = head.version.minor == 0
        framing.keepsAlive = head.isKeepAlive
        framing.offersUpgrade = collector.offersUpgrade
        if collector.hosts != 1 && !(framing.isVersion10 && collector.hosts == 0) { return .refused(.host) }
        switch (collector.contentLength, collector.isChunked) {
        case (nil, false): framing.body = .none
        case (0?, false): framing.body = .none
        case (let length?, false):
            guard length <= limits.bodyBytes else { return .refused(.bodyTooLarge) }
            framing.body = .length(length)
        case (nil, true):
            // HTTP/1.0 knows no transfer codings: whoever passed this on may have seen another end of it.
            guard !framing.isVersion10 else { return .refused(.bodyLength) }
            framing.body = .chunked
        case (_?, true): return .refused(.bodyLength)
        }
        framing.expectsContinue = collector.expectsContinue && framing.body != .none && !framing.isVersion10
        return .accepted(framing, target)
    }
}

/// The fields of a head that frame it, taken in one pass.
private struct FramingFields {
    var hosts = 0
    var contentLength: Int?
    var isChunked = false
    var expectsContinue = false
    var offersUpgrade = false
    var refusal: Refusal?

    @inline(__always)
    mutating func take(_ name: String, _ value: String) {
        // Few names have one of these lengths: nearly every field is done with after one comparison.
        switch name.utf8.count {
        case 4 where name.utf8.equalsIgnoringCase("host"): takeHost(value)
        case 6 where name.utf8.equalsIgnoringCase("expect"): takeExpectation(value)
        case 7 where name.utf8.equalsIgnoringCase("upgrade"): offersUpgrade = true
        case 14 where name.utf8.equalsIgnoringCase("content-length"): takeContentLength(value)
        case 17 where name.utf8.equalsIgnoringCase("transfer-encoding"): takeTransferEncoding(value)
        default: break
        }
    }

    private mutating func refuse(_ refusal: Refusal) {
        if self.refusal == nil { self.refusal = refusal }
    }

    private mutating func takeHost(_ value: String) {
        hosts += 1
        let host = value[...].withoutOuterBlanks
        let isHost = host.withBytes { bytes in !bytes.isEmpty && bytes.allSatisfy(\.mayStandInHost) }
        if hosts > 1 || !isHost { refuse(.host) }
    }

    private mutating func takeExpectation(_ value: String) {
        guard value[...].withoutOuterBlanks.utf8.equalsIgnoringCase("100-continue") else { return refuse(.expectation) }
        expectsContinue = true
    }

    private mutating func takeContentLength(_ value: String) {
        let digits = value[...].withoutOuterBlanks.utf8
        guard contentLength == nil, !digits.isEmpty, digits.allSatisfy({ $0 &- UInt8(ascii: "0") < 10 }) else {
            return refuse(.bodyLength)
        }
        guard let length = Int(Substring(digits)) else { return refuse(.bodyTooLarge) }
        contentLength = length
    }

    private mutating func takeTransferEncoding(_ value: String) {
        guard !isChunked, value[...].withoutOuterBlanks.utf8.equalsIgnoringCase("chunked") else {
            return refuse(.bodyLength)
        }
        isChunked = true
    }
}

extension UInt8 {
    /// Whether RFC 3986 lets the byte stand in a host or its port.
    fileprivate var mayStandInHost: Bool {
        guard self < 128 else { return false }
        return (self < 64 ? Self.hostBytes.low >> self : Self.hostBytes.high >> (self - 64)) & 1 == 1
    }

    /// A bit for each of the 128 bytes of ASCII.
    private static let hostBytes: (low: UInt64, high: UInt64) = {
        var bits: (low: UInt64, high: UInt64) = (0, 0)
        let digits = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-._~%!$&'()*+;=:[]"
        for byte in digits.utf8 {
            if byte < 64 { bits.low |= 1 << byte } else { bits.high |= 1 << (byte - 64) }
        }
        return bits
    }()
}

extension Substring {
    /// Without the spaces and tabs around it, which are no part of a field's value (RFC 9110, section 5.5).
    fileprivate var withoutOuterBlanks: Substring {
        func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
        var start = utf8.startIndex
        var end = utf8.endIndex
        while start < end, isBlank(utf8[start]) { start = utf8.index(after: start) }
        while start < end, isBlank(utf8[utf8.index(before: end)]) { end = utf8.index(before: end) }
        return self[start..<end]
    }
}
