import Foundation
import LanyardTesting
import LanyardWire
import Testing

/// Documents, mutated from a seed, against the parser's own promises and against Foundation as a second opinion.
@Suite("Mutated JSON")
struct JSONFuzzTests {
    private static let corpus = [
        #"{"name":"billing cron","project":"payments","account":"acct_0","environment":"live","scopes":["a:b"]}"#,
        #"{"limits":[{"name":"burst","amount":10,"window":"1s"},{"unit":"tokens","amount":1e5}],"in_flight":8}"#,
        #"{"spend":{"unit":"usd","amount":"5.00"},"not_before":null,"proof":"any","metadata":{"é":"\u00e9\ud83d\ude00"}}"#,
        #"[0,-0,1.5,-12.75e+10,1E-7,123456789012345678901234567890,true,false,null,"",[],{},[[[]]]]"#,
        "  { \"a\" : [ 1 , 2 ] ,\r\n\t\"b\" : \"\\\"\\\\\\/\\b\\f\\n\\r\\t\" }  ",
        #"{"a":{"b":{"c":{"d":[{"e":"\u2028\u0000"},"日本語",{"f":-1}]}}},"a2":[1,2,3],"a3":"xyz"}"#,
    ].map { Array($0.utf8) }

    /// Bytes that mean something to a parser, so that mutations reach past its first check.
    private static let telling =
        Array("{}[]\",:\\/0123456789eE+-.tfn u\u{0}\u{1F}\n".utf8) + [0x80, 0xC3, 0xED, 0xF4, 0xFF]

    private static let blank = Array(" \t\r\n".utf8)

    private func mutated(with random: inout SeededGenerator) -> [UInt8] {
        var bytes = Self.corpus[Int.random(in: 0..<Self.corpus.count, using: &random)]
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            let index = Int.random(in: 0...bytes.count, using: &random)
            let telling = Self.telling[Int.random(in: 0..<Self.telling.count, using: &random)]
            switch Int.random(in: 0..<6, using: &random) {
            case 0: bytes.insert(telling, at: index)
            case 1 where index < bytes.count: bytes[index] = telling
            case 2 where index < bytes.count: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 3 where index < bytes.count: bytes.remove(at: index)
            case 4: bytes.removeLast(min(bytes.count, Int.random(in: 0..<4, using: &random)))
            default:
                let end = min(bytes.count, index + Int.random(in: 0..<12, using: &random))
                bytes.insert(contentsOf: bytes[index..<end], at: end)
            }
        }
        return bytes
    }

    @Test("100 000 documents: what parses is written and parses again to the same, and Foundation agrees")
    func mutations() {
        var random = SeededGenerator(seed: 20_261_121)
        var accepted = 0
        for round in 0..<100_000 {
            let bytes = mutated(with: &random)
            let text = { String(decoding: bytes, as: UTF8.self) }
            do {
                let value = try JSONParser.parse(bytes)
                accepted += 1
                let again = try? JSONParser.parse(value.bytes())
                #expect(again == value, "round \(round): \(text())")
            } catch {
                #expect((0...bytes.count).contains(error.offset), "round \(round): \(text())")
                #expect(error.pointer.text.isEmpty || error.pointer.text.hasPrefix("/"))
            }
            if round.isMultiple(of: 10) { compareWithFoundation(bytes, round: round) }
        }
        // Were nearly everything refused, or nothing, the test would show little.
        #expect((10_000...60_000).contains(accepted))
    }

    private func compareWithFoundation(_ bytes: [UInt8], round: Int) {
        let ours = Result { () throws(JSONSyntaxError) in try JSONParser.parse(bytes) }
        let theirs = Result { try JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed) }
        let text = String(decoding: bytes, as: UTF8.self)
        switch (ours, theirs) {
        case (.success, .success): break
        case (.success(let value), .failure(let error)):
            // A number beyond Double is text to us and an error there.
            #expect(value.hasHugeNumber, "round \(round): only Foundation refuses \(text): \(error)")
        case (.failure(let error), .success):
            // What is stricter here by decision; encodings other than UTF-8, of which a NUL byte tells; and a comma before
            // a closing bracket, which Foundation takes.
            let byDecision: Set<JSONSyntaxError.Code> = [.duplicateMember, .tooDeep, .numberTooLong]
            let comma = bytes[..<error.offset].last { !Self.blank.contains($0) } == UInt8(ascii: ",")
            let excused = byDecision.contains(error.code) || bytes.contains(0) || comma
            #expect(excused, "round \(round): only we refuse \(text): \(error)")
        case (.failure, .failure): break
        }
    }

    @Test("random bytes never crash the parser")
    func noise() {
        var random = SeededGenerator(seed: 7)
        for _ in 0..<20_000 {
            let count = Int.random(in: 0..<24, using: &random)
            let bytes = (0..<count).map { _ in Self.telling[Int.random(in: 0..<Self.telling.count, using: &random)] }
            if let value = try? JSONParser.parse(bytes) {
                #expect((try? JSONParser.parse(value.bytes())) == value)
            }
        }
    }

    @Test("every prefix of a document but the whole is refused")
    func prefixes() {
        for document in Self.corpus {
            let text = String(decoding: document, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
            let bytes = Array(text.utf8)
            for end in 0..<bytes.count {
                #expect(throws: JSONSyntaxError.self) { try JSONParser.parse(bytes[..<end]) }
            }
        }
    }
}

extension JSONValue {
    fileprivate var hasHugeNumber: Bool {
        switch self {
        case .number(let number): Double(number.text)?.isFinite != true
        case .array(let elements): elements.contains(where: \.hasHugeNumber)
        case .object(let object): object.members.contains(where: \.value.hasHugeNumber)
        case .null, .bool, .string: false
        }
    }
}
