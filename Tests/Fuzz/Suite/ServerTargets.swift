import FuzzKit
import LanyardCore
import LanyardHTTP
import LanyardManagement
import LanyardStorage
import LanyardWire

@testable import LanyardAdmin
@testable import LanyardServer

/// The parsers that live in the server's parts.
extension FuzzTarget {
    static let server = [configuration, importLines, cursor, idempotencyKey]

    private static let secretText = "lyd_live_0000000000000000000000000000000000000000000000000"

    /// `lanyard.yaml`.
    private static let configuration = FuzzTarget(
        text: "configuration",
        seeds: [
            "data: 0.0.0.0:8080\nadmin: '[::1]:8081'\ndatabase: sqlite:/var/lib/lanyard.sqlite\nthreads: 4\n",
            "trusted_proxy: [10.0.0.0/8, 'fd00::/8']\nmax_body: 2MiB\nidle_timeout: 75s\nlog_level: debug\n",
            "trusted_proxy:\n  - 10.0.0.0/8\n  - 192.168.0.0/16\n# a remark\nlog_format: json\n", "", "---\n", "{}",
            "tls_cert: a.pem\ntls_key: b.pem\nclient_ca: c.pem\nstaleness_bound: 30s\ncache_memory: 512MiB\n",
            "log_level: \(secretText)\n", "data: &a x\nadmin: *a\n", "data: 1\n", "data: :8080\ndata: :8081\n",
            "max_connections: 10000\nunknown_key_budget: 300\nheader_timeout: 10s\ndrain_timeout: 0s\n",
        ],
        tokens: [
            "\n", ": ", "- ", "  ", "'", "\"", "[", "]", "{", "}", "|\n ", ">\n ", "#", "&a ", "*a", "!!str ", "---\n",
            "...\n", "? ", "~", "null", "true", "0x1F", "1e3", "data", "threads", "trusted_proxy", "<<: ",
            "%YAML 1.1\n",
            "\t", secretText, "MiB", "KiB", "s", "ms",
        ], share: 2
    ) { text in
        let given: [Setting: SettingValue]
        do throws(ConfigurationError) {
            given = try ConfigurationFile.parse(text, path: "lanyard.yaml")
        } catch {
            return ConfigurationReading.flaw(of: error, secretText).map { .broken($0) } ?? .refused
        }
        if let flaw = ConfigurationReading.laxity(text, given) { return .broken(flaw) }
        do throws(ConfigurationError) {
            return try ConfigurationReading.roundTrip(given.mapValues(\.texts))
        } catch {
            return ConfigurationReading.flaw(of: error, secretText).map { .broken($0) } ?? .refused
        }
    }

    /// A stream that is cut into lines: the first byte says into pieces of which size it arrives.
    private static let importLines = FuzzTarget(
        bytes: "import-lines",
        seeds: [
            "\u{1}{}\n{}\n", "\u{7}abc\r\n\r\n\nlast", "\u{3}" + String(repeating: "x", count: 40) + "\na\n", "\u{2}\n",
            "a",
        ],
        tokens: ["\n", "\r", "\r\n", "\n\n", "0123456789abcdef", "{}"]
    ) { bytes in
        let longest = 16
        let size = Int(bytes.first ?? 0) % 9 + 1
        let stream = Array(bytes.dropFirst())
        var splitter = LineSplitter(longest: longest)
        var lines: [LineSplitter.Line] = []
        for start in stride(from: 0, to: stream.count, by: size) {
            lines += splitter.append(stream[start..<min(start + size, stream.count)])
        }
        if let last = splitter.finish() { lines.append(last) }
        var pieces = stream.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map(Array.init)
        if pieces.last?.isEmpty == true { pieces.removeLast() }
        let expected = pieces.map { piece -> LineSplitter.Line in
            if piece.count > longest { return .tooLong }
            return .text(piece.last == UInt8(ascii: "\r") ? piece.dropLast() : piece)
        }
        guard lines == expected else { return .broken("in pieces of \(size) the lines are others") }
        return lines.contains(.tooLong) ? .refused : .accepted
    }

    /// A list's query: cursor and limit.
    private static let cursor = FuzzTarget(
        text: "cursor",
        seeds: [
            "cursor=key_06Fq2mXv9TbLw3ZrYc81Ke&limit=50", "limit=200", "limit=0", "limit=+5", "limit=201", "cursor=",
            "",
            "cursor=key_0000000000000000000000", "cursor=%6bey_06Fq2mXv9TbLw3ZrYc81Ke", "limit=5&limit=6", "limit=007",
        ], tokens: ["&", "=", "cursor=", "limit=", "key_06Fq2mXv9TbLw3ZrYc81Ke", "%", "+", "proj_", "1", "200"]
    ) { text in
        let pairs = QueryReading.pairs("?" + text)
        let page: Page<KeyID>
        do {
            page = try AdminQuery(text[...], known: ["cursor", "limit"]).page(of: KeyTag.self)
        } catch let error as ManagementError {
            switch error {
            case .invalid: return .refused
            default: return .broken("a list's query is refused as \(error)")
            }
        } catch is InvalidRequest {
            return .refused
        } catch {
            return .broken("it throws \(type(of: error)), which no caller expects")
        }
        guard let pairs, Set(pairs.map(\.name)).count == pairs.count else {
            return .broken("a doubled parameter is taken")
        }
        let given = Dictionary(uniqueKeysWithValues: pairs.map { ($0.name, $0.value) })
        guard Set(given.keys).isSubset(of: ["cursor", "limit"]) else { return .broken("an unknown parameter is taken") }
        guard page.after?.description == given["cursor"] else { return .broken("the cursor is another") }
        guard (1...200).contains(page.limit) else { return .broken("the limit is \(page.limit)") }
        if let limit = given["limit"] {
            let isDigits = limit.utf8.allSatisfy { "0123456789".utf8.contains($0) }
            guard isDigits, Int(limit) == page.limit else { return .broken("“\(limit)” is taken for a limit") }
        }
        return .accepted
    }

    private static let idempotencyKey = FuzzTarget(
        text: "idempotency-key",
        seeds: [
            "8e03978e-40d5-43e8-bc93-6894a57f9324", "a", String(repeating: "k", count: 128), "\"quoted\"", "a b", "",
            "é",
        ],
        tokens: [" ", "\t", "\"", "~", "\u{7f}", "-", "\n"], share: 2
    ) { text in
        let isKey = (1...128).contains(text.utf8.count) && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f }
        let request = try? IdempotentRequest(key: text, requestHash: [])
        guard (request != nil) == isKey, request?.key ?? text == text else { return .broken("the oracle differs") }
        // The other field in which a caller names its request: it must never carry a secret into a log.
        let id = RequestID.of(RequestIDField(value: text))
        guard (1...64).contains(id.utf8.count), id.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
            return .broken("the request's id is “\(id)”")
        }
        return isKey ? .accepted : .refused
    }
}

/// A head with one field, whose value may be what no client library would send.
private struct RequestIDField: HeaderFields {
    let value: String

    func forEachField(_ body: (_ name: String, _ value: String) -> Void) { body("X-Request-Id", value) }
}

/// What must hold of a configuration that was read, and of a refusal.
enum ConfigurationReading {
    static func flaw(of error: ConfigurationError, _ secret: String) -> String? {
        if error.problems.isEmpty { return "a refusal without a reason" }
        for problem in error.problems {
            if problem.detail.isEmpty || problem.description.utf8.count > 2_000 {
                return "a problem that says nothing, or too much"
            }
            if problem.description.contains(secret) { return "a problem tells a secret" }
            if problem.description.unicodeScalars.contains(where: { $0.value < 0x20 }) {
                return "a problem of several lines"
            }
        }
        return nil
    }

    /// What was taken, with a line more that must not be taken, where the text is one mapping in lines.
    static func laxity(_ text: String, _ given: [Setting: SettingValue]) -> String? {
        guard !given.isEmpty, text.hasSuffix("\n"), text.utf8.first.map({ $0 > 0x60 && $0 < 0x7b }) ?? false else {
            return nil
        }
        if (try? ConfigurationFile.parse(text + "not_a_setting: 1\n", path: "f")) != nil {
            return "an unknown setting is taken"
        }
        for setting in given.keys {
            if (try? ConfigurationFile.parse(text + "\(setting.fileKey): x\n", path: "f")) != nil {
                return "\(setting.fileKey) is taken twice"
            }
        }
        return nil
    }

    /// A configuration as it is shown reads as the same configuration.
    static func roundTrip(_ texts: [Setting: [String]]) throws(ConfigurationError) -> FuzzTarget.Verdict {
        let configuration = try load(texts)
        let shown = show(configuration)
        guard let again = try? load(shown), show(again) == shown else {
            return .broken("shown as \(shown), it reads as another configuration")
        }
        return .accepted
    }

    private static func load(_ texts: [Setting: [String]]) throws(ConfigurationError) -> ServerConfiguration {
        try ServerConfiguration.load(flags: texts, environment: [:], fileExists: { _ in false })
    }

    private static func show(_ configuration: ServerConfiguration) -> [Setting: [String]] {
        var shown: [Setting: [String]] = [:]
        for definition in SettingDefinition.all where definition.setting != .config {
            if let text = definition.show(configuration) { shown[definition.setting] = [text] }
        }
        return shown
    }
}
