import Foundation
import LanyardWire

extension FuzzTarget {
    static let json = [strictJSON, jsonNumber]

    private static let strictJSON = FuzzTarget(
        bytes: "json",
        seeds: [
            #"{"name":"billing cron","project":"payments","environment":"live","scopes":["a:b"],"in_flight":8}"#,
            #"{"limits":[{"name":"burst","amount":10,"window":"1s"},{"unit":"tokens","amount":1e5}]}"#,
            #"{"not_before":null,"metadata":{"é":"\u00e9\ud83d\ude00","e\u0301":1}}"#,
            #"[0,-0,1.5,-12.75e+10,1E-7,123456789012345678901234567890,true,false,null,"",[],{},[[[]]]]"#,
            "  { \"a\" : [ 1 , 2 ] ,\r\n\t\"b\" : \"\\\"\\\\\\/\\b\\f\\n\\r\\t\" }  ", "\"\u{2028}\u{fffd}\"", "0",
            "null",
        ],
        tokens: [
            "{", "}", "[", "]", ":", ",", "\"", "\\", "\\u", "\\u0061", "\\ud83d", "null", "true", "false", "{\"a\":1}",
            "\"a\":", "e", "-", ".", "/", "\"name\":1,", "[[[[", "\u{feff}",
        ], share: 3
    ) { bytes in
        let value: JSONValue
        do throws(JSONSyntaxError) {
            value = try JSONParser.parse(bytes)
        } catch {
            guard (0...bytes.count).contains(error.offset) else { return .broken("an error beyond the document's end") }
            // By bytes: to a text's characters a combining mark behind the slash makes another one of it.
            guard [nil, UInt8(ascii: "/")].contains(error.pointer.text.utf8.first) else {
                return .broken("an error whose pointer is none: \(error.pointer)")
            }
            return excused(bytes, error)
        }
        guard (try? JSONParser.parse(value.bytes())) == value else {
            return .broken("it does not read again as itself")
        }
        guard let flaw = JSONReading.flaw(in: value, depth: 1) else {
            // Foundation is slow: it is asked about one document in four.
            guard bytes.count.isMultiple(of: 4) else { return .accepted }
            return JSONReading.agrees(value, bytes) ? .accepted : .broken("Foundation reads another document, or none")
        }
        return .broken(flaw)
    }

    /// What only we refuse, we refuse by a decision.
    private static func excused(_ bytes: [UInt8], _ error: JSONSyntaxError) -> Verdict {
        guard bytes.count.isMultiple(of: 4), JSONReading.isReadByFoundation(bytes) else { return .refused }
        let byDecision: Set<JSONSyntaxError.Code> = [
            .duplicateMember, .tooDeep, .numberTooLong, .tooManyMembers, .tooManyValues,
        ]
        // Other encodings than UTF-8, of which a NUL or a mark at the start tells, and a comma before what closes.
        let isOtherEncoding = bytes.contains(0) || [0xef, 0xfe, 0xff].contains(bytes.first ?? 0)
        let comma = bytes[..<error.offset].last { !" \t\r\n".utf8.contains($0) } == UInt8(ascii: ",")
        return byDecision.contains(error.code) || isOtherEncoding || comma
            ? .refused : .broken("only we refuse it: \(error)")
    }

    private static let jsonNumber = FuzzTarget(
        bytes: "json-number",
        seeds: [
            "0", "-0", "5.0", "50e-1", "0.5", "1e18", "9223372036854775807", "-9223372036854775808", "1E+2",
            "0e999999999",
            "0.000000001", "12.50e3", "1e-999999999999999999999", "100000000000000000000e-10",
        ], tokens: ["0", "00", "e", "E", "-", "+", ".", "9", "1", "000000000"], share: 2
    ) { bytes in
        guard let value = try? JSONParser.parse(bytes), let number = value.number else { return .refused }
        for power in [0, 9] {
            let ours = number.scaled(byPowerOfTen: power)
            guard ours == JSONReading.scaled(number.text, byPowerOfTen: power) else {
                return .broken("scaled by \(power) it is \(ours.map { "\($0)" } ?? "none"), not so to the oracle")
            }
        }
        guard number.int64 == number.scaled(byPowerOfTen: 0) else { return .broken("two readings as an integer") }
        return .accepted
    }
}
