/// What breaks parsers, whatever they parse.
enum HostileBytes {
    /// On the edges of integers, of doubles, and of the bounds that the product has.
    static let numbers: [[UInt8]] = [
        "0", "-0", "1", "-1", "00", "9", "10", "31", "32", "33", "59", "60", "64", "99", "127", "128", "129", "200",
        "255", "256", "300", "512", "999", "1000", "4096", "8192", "65535", "65536", "999999", "1000000", "2147483647",
        "2147483648", "4294967295", "4294967296", "9007199254740993", "999999999999", "1000000000000",
        "1000000000001", "9223372036854775807", "9223372036854775808", "-9223372036854775808",
        "-9223372036854775809", "18446744073709551616", "340282366920938463463374607431768211456", "1e3", "1E400",
        "1e-400", "0.1", "0.000000001", "0.0000000001", "1.", ".5", "+1", "1e", "0x10", "1_000", "NaN", "Infinity",
    ].map { Array($0.utf8) }

    /// Bytes that are no UTF-8: overlong forms of `/`, `.` and NUL, halves of surrogates, what is cut short, what is past
    /// the end of Unicode.
    static let notUTF8: [[UInt8]] = [
        [0xc0, 0xaf], [0xc0, 0xae], [0xc0, 0x80], [0xe0, 0x80, 0xaf], [0xf0, 0x80, 0x80, 0xaf], [0xed, 0xa0, 0x80],
        [0xed, 0xbf, 0xbf], [0xf4, 0x90, 0x80, 0x80], [0xf8, 0x88, 0x80, 0x80, 0x80], [0x80], [0xbf], [0xff], [0xfe],
        [0xc3], [0xe2, 0x82], [0xf0, 0x9f, 0x98],
    ]

    /// The same characters in other clothes.
    static let encodings: [[UInt8]] = [
        "%2e", "%2E%2e", "%2f", "%5c", "%00", "%0a", "%25", "%252e", "%25252f", "%c0%ae", "%e0%80%af", "%u002e", "%",
        "%2", "%zz", "\\u0000", "\\ud800", "\\udc00", "\\ud83d\\ude00", "\u{0}", "\u{1}", "\u{7f}", "\u{85}",
        "\u{a0}", "\u{200b}", "\u{2028}", "\u{feff}", "\u{fffd}", "\u{ff0e}", "\u{2215}", "e\u{301}", "\u{e9}",
        "\u{212a}", "\u{1f600}", "\r\n", "\t", " ", "\n",
    ].map { Array($0.utf8) }

    static let kinds: [[UInt8]] = [
        Array(UInt8(ascii: "0")...UInt8(ascii: "9")), Array(UInt8(ascii: "a")...UInt8(ascii: "z")),
        Array(UInt8(ascii: "A")...UInt8(ascii: "Z")),
    ]

    /// What opens, and what closes it.
    static let brackets: [(open: [UInt8], close: [UInt8])] = [
        ("(", ")"), ("[", "]"), ("{\"a\":", "}"), ("[{\"a\":", "}]"), ("\"", "\""), ("(a and ", ")"), ("{", "}"),
        ("- ", ""),
        ("/", ""), ("*", ""), ("/**", ""), ("%25", ""), ("a:", ""),
    ].map { (Array($0.0.utf8), Array($0.1.utf8)) }
}
