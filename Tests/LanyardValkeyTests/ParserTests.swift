import NIOCore
import TestSupport
import Testing

@testable import LanyardValkey

@Suite("Reading RESP3")
struct ParserTests {
    /// What a stream was read as, and why the reading ended, if it did.
    private struct Outcome: Equatable {
        var replies: [RESPValue] = []
        var malformation: RESPParser.Malformation?
    }

    private func read(_ pieces: [[UInt8]], _ limits: RESPParser.Limits = RESPParser.Limits()) -> Outcome {
        var parser = RESPParser(limits: limits)
        var outcome = Outcome()
        for piece in pieces {
            parser.append(ByteBuffer(bytes: piece))
            do throws(RESPParser.Malformation) {
                while let reply = try parser.next() { outcome.replies.append(reply) }
            } catch {
                outcome.malformation = error
                return outcome
            }
        }
        return outcome
    }

    private func read(_ text: String, _ limits: RESPParser.Limits = RESPParser.Limits()) -> Outcome {
        read([Array(text.utf8)], limits)
    }

    private static let samples: [(String, RESPValue)] = [
        ("+OK\r\n", .simple("OK")), ("+\r\n", .simple("")), (":42\r\n", .integer(42)), (":-7\r\n", .integer(-7)),
        (":9223372036854775807\r\n", .integer(.max)), ("$5\r\na\r\nbc\r\n", .blob(Array("a\r\nbc".utf8))),
        ("$0\r\n\r\n", .blob([])), ("$-1\r\n", .null), ("*-1\r\n", .null), ("_\r\n", .null),
        ("#t\r\n", .boolean(true)), ("#f\r\n", .boolean(false)), (",1.5\r\n", .double(1.5)),
        (",-inf\r\n", .double(-.infinity)), (",1e3\r\n", .double(1000)),
        ("(-349284729847298472984729\r\n", .bigNumber("-349284729847298472984729")),
        ("=7\r\ntxt:a b\r\n", .blob(Array("a b".utf8))),
        ("-NOSCRIPT no such script\r\n", .error(RESPFailure("NOSCRIPT no such script"))),
        ("!12\r\nERR a\r\nb c d\r\n", .error(RESPFailure("ERR a\r\nb c d"))),
        ("*0\r\n", .array([])), ("~2\r\n:1\r\n:2\r\n", .set([.integer(1), .integer(2)])),
        (
            "*3\r\n:1\r\n*2\r\n$1\r\nx\r\n*0\r\n_\r\n",
            .array([.integer(1), .array([.blob([0x78]), .array([])]), .null])
        ),
        (
            "%2\r\n+a\r\n:1\r\n+b\r\n*1\r\n%0\r\n",
            .map([
                RESPPair(key: .simple("a"), value: .integer(1)),
                RESPPair(key: .simple("b"), value: .array([.map([])])),
            ])
        ),
        (">2\r\n+message\r\n$1\r\nm\r\n", .push([.simple("message"), .blob([0x6D])])),
        ("|1\r\n+ttl\r\n:3\r\n*2\r\n|0\r\n:1\r\n|1\r\n+x\r\n+y\r\n:2\r\n", .array([.integer(1), .integer(2)])),
    ]

    @Test("a reply is read as the value that it is")
    func values() {
        for (text, expected) in Self.samples {
            #expect(read(text) == Outcome(replies: [expected]), "\(text.debugDescription)")
        }
    }

    @Test("a stream is read the same wherever it is cut")
    func splits() {
        let stream = Array(Self.samples.map(\.0).joined().utf8)
        let expected = Outcome(replies: Self.samples.map(\.1))
        for place in 0...stream.count {
            #expect(read([Array(stream[..<place]), Array(stream[place...])]) == expected, "cut at \(place)")
        }
        for size in 1...7 {
            let pieces = stride(from: 0, to: stream.count, by: size).map {
                Array(stream[$0..<min($0 + size, stream.count)])
            }
            #expect(read(pieces) == expected, "pieces of \(size)")
        }
    }

    @Test("a reply that is not whole is no reply yet, nor malformed")
    func prefixes() {
        for (text, _) in Self.samples {
            for count in 0..<text.utf8.count {
                #expect(read([Array(text.utf8.prefix(count))]) == Outcome(), "\(count) of \(text.debugDescription)")
            }
        }
    }

    @Test(
        "what is no RESP3 is malformed",
        arguments: [
            ("x", .unknownType), ("\r\n", .unknownType), ("HTTP/1.1 400 Bad Request\r\n", .unknownType),
            (":\r\n", .badNumber), (":1x\r\n", .badNumber), (":9223372036854775808\r\n", .badNumber),
            ("$x\r\n", .badNumber), ("$-2\r\n", .badNumber), ("$?\r\n", .badNumber), ("*?\r\n", .badNumber),
            ("$\r\n", .badNumber), ("*+1\r\n", .badNumber), ("~-1\r\n", .badNumber), ("#x\r\n", .badNumber),
            (",0x1p3\r\n", .badNumber), (",\r\n", .badNumber), ("(1.5\r\n", .badNumber), ("(\r\n", .badNumber),
            ("+OK\n", .badEnding), ("+\n", .badEnding), ("+a\rb\r\n", .badEnding), ("_x\r\n", .badEnding),
            ("$1\r\nab\r\n", .badEnding), ("$1\r\na\n\r", .badEnding), ("=3\r\ntxt\r\n", .badEnding),
            ("*1\r\n>0\r\n", .misplaced),
        ] as [(String, RESPParser.Malformation)])
    func malformed(text: String, expected: RESPParser.Malformation) {
        #expect(read(text).malformation == expected)
    }

    @Test("what is announced beyond a bound ends the reading with its line, before anything of it has come")
    func bounds() {
        #expect(read("$1073741824\r\n").malformation == .tooLarge)
        #expect(read("$99999999999999999999999999\r\n").malformation == .tooLarge)
        #expect(read("*1073741824\r\n").malformation == .tooMany)
        #expect(read("%1073741824\r\n").malformation == .tooMany)
        #expect(read("*40000\r\n*40000\r\n").malformation == .tooMany)
        #expect(read(String(repeating: "*1\r\n", count: 17)).malformation == .tooDeep)
        #expect(read(String(repeating: "*1\r\n", count: 16) + "_\r\n").replies.count == 1)
        #expect(read("+" + String(repeating: "a", count: 16 << 10)).malformation == .longLine)
        #expect(read(":" + String(repeating: "1", count: 64)).malformation == .longLine)
        #expect(
            read("*2\r\n$1000000\r\n" + String(repeating: "a", count: 1_000_000) + "\r\n$50000\r\n").malformation
                == .tooLarge)
    }

    @Test("attributes without an end count against the reply that they stand before")
    func endlessAttributes() {
        var limits = RESPParser.Limits()
        limits.replyBytes = 1000
        #expect(read(String(repeating: "|1\r\n+a\r\n+b\r\n", count: 200), limits).malformation == .tooLarge)
    }

    @Test("the bounds are each reply's own")
    func boundsAreReset() {
        var limits = RESPParser.Limits()
        limits.replyBytes = 32
        limits.elements = 2
        let outcome = read(String(repeating: "*2\r\n$3\r\nabc\r\n:1\r\n", count: 50), limits)
        #expect(outcome.replies.count == 50)
        #expect(outcome.malformation == nil)
    }

    @Test("after a malformed reply nothing is read any more")
    func staysMalformed() {
        var parser = RESPParser()
        parser.append(ByteBuffer(string: "?\r\n"))
        #expect(throws: RESPParser.Malformation.unknownType) { try parser.next() }
        parser.append(ByteBuffer(string: "+OK\r\n"))
        #expect(throws: RESPParser.Malformation.unknownType) { try parser.next() }
    }

    @Test("whatever comes in, the reader ends the same way however it is cut, and within its bounds")
    func fuzz() {
        var random = SplitMix(state: TestRun.seed)
        var limits = RESPParser.Limits()
        limits.replyBytes = 256
        limits.lineBytes = 48
        limits.elements = 24
        limits.depth = 5
        let alphabet = Array("+-:$*_#,(!=%~>|0123456789\r\nab?".utf8)
        for round in 0..<(TestRun.isLong ? 200_000 : 4_000) {
            var stream: [UInt8] = []
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                stream += Array(Self.samples[Int.random(in: 0..<Self.samples.count, using: &random)].0.utf8)
            }
            for _ in 0..<Int.random(in: 0...4, using: &random) {
                let place = Int.random(in: 0..<stream.count, using: &random)
                let byte = alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
                switch Int.random(in: 0..<3, using: &random) {
                case 0: stream[place] = byte
                case 1: stream.insert(byte, at: place)
                default: if stream.count > 1 { stream.remove(at: place) }
                }
            }
            let whole = read([stream], limits)
            let bytes = read(stream.map { [$0] }, limits)
            let place = Int.random(in: 0...stream.count, using: &random)
            let halves = read([Array(stream[..<place]), Array(stream[place...])], limits)
            #expect(whole == bytes && whole == halves, "seed \(TestRun.seed), round \(round): \(stream)")
        }
    }
}

/// Random numbers that a seed determines.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
