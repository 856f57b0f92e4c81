import LanyardWire
import Yams

/// What a value was set by, and where.
struct SettingValue: Sendable {
    let texts: [String]
    let origin: String
}

/// Reads `lanyard.yaml`: one mapping, flat, of settings to values.
///
/// Strict, because a setting that is misspelt and ignored leaves the server open in a way that nobody sees: unknown and
/// repeated names, values of another kind, several documents, and anchors and aliases (which nobody needs here, and with
/// which a small file can stand for a giant one) are refused.
enum ConfigurationFile {
    static let largest = ByteCount.mebibytes(1)

    static func read(_ path: String) throws(ConfigurationError) -> [Setting: SettingValue] {
        let bytes: [UInt8]
        do {
            bytes = try BoundedFile.read(path, atMost: largest.bytes)
        } catch {
            throw ConfigurationError([ConfigurationProblem(path, error.description)])
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw ConfigurationError([ConfigurationProblem(path, "the file is not UTF-8")])
        }
        return try parse(text, path: path)
    }

    static func parse(_ text: String, path: String) throws(ConfigurationError) -> [Setting: SettingValue] {
        if let line = lineOfAlias(text) {
            throw ConfigurationError([ConfigurationProblem("\(path):\(line)", "anchors and aliases are not supported")])
        }
        let root: Node?
        do {
            root = try Yams.compose(yaml: text)
        } catch {
            throw ConfigurationError([problem(error, path: path)])
        }
        guard let root else { return [:] }
        if root.scalar?.string.isEmpty == true { return [:] }
        guard case .mapping(let mapping) = root else {
            throw ConfigurationError([
                ConfigurationProblem("\(path):\(root.mark?.line ?? 1)", "expected settings, one a line: 'name: value'")
            ])
        }
        var values: [Setting: SettingValue] = [:]
        var problems: [ConfigurationProblem] = []
        for (key, node) in mapping {
            let line = "\(path):\(key.mark?.line ?? node.mark?.line ?? 1)"
            switch entry(key, node) {
            case .success(let (setting, texts)):
                values[setting] = SettingValue(texts: texts, origin: "\(line): \(setting.fileKey)")
            case .failure(let invalid):
                problems.append(ConfigurationProblem(line, invalid.detail))
            }
        }
        guard problems.isEmpty else { throw ConfigurationError(problems) }
        return values
    }

    private static func entry(_ key: Node, _ node: Node) -> Result<(Setting, [String]), InvalidSetting> {
        guard let name = key.scalar?.string else {
            return .failure(InvalidSetting("expected a setting's name before ':'"))
        }
        guard let setting = Setting.named(fileKey: name), let definition = SettingDefinition.of(setting),
            definition.kind != .outside
        else {
            return .failure(InvalidSetting(unknown(name)))
        }
        do throws(InvalidSetting) {
            switch definition.kind {
            case .text: return .success((setting, [try scalar(node, .str, "text")]))
            case .integer: return .success((setting, [try scalar(node, .int, "a whole number")]))
            case .list:
                guard case .sequence(let sequence) = node else {
                    return .success((setting, [try scalar(node, .str, "text, or a list of texts")]))
                }
                var texts: [String] = []
                for element in sequence { texts.append(try scalar(element, .str, "text")) }
                return .success((setting, texts))
            case .outside: return .failure(InvalidSetting(unknown(name)))
            }
        } catch {
            return .failure(InvalidSetting("\(name): \(error.detail)"))
        }
    }

    private static func scalar(_ node: Node, _ kind: Tag.Name, _ expected: String) throws(InvalidSetting) -> String {
        let found: String
        switch node {
        case .scalar(let scalar):
            if node.tag == Tag(kind) { return scalar.string }
            found = description(of: node.tag)
        case .mapping: found = "a mapping"
        case .sequence: found = "a list"
        case .alias: found = "an alias"
        }
        let isMeantAsText = kind == .str && node.tag != Tag(.null)
        let hint = isMeantAsText ? " (put it in quotation marks)" : ""
        throw InvalidSetting("expected \(expected), found \(found)\(hint)")
    }

    private static func description(of tag: Tag) -> String {
        switch tag {
        case Tag(.null): "nothing"
        case Tag(.bool): "true or false"
        case Tag(.int), Tag(.float): "a number"
        case Tag(.str): "text"
        default: "something else"
        }
    }

    private static func unknown(_ name: String) -> String {
        let names = SettingDefinition.all.filter { $0.kind != .outside }.map(\.setting.fileKey)
        // `max-body`, as the flag is written, is the likeliest slip.
        let asKey = name.replacing("-", with: "_")
        let hint = NameSuggestion.nearest(to: asKey, among: names).map { ": did you mean '\($0)'?" } ?? ""
        return "there is no setting \(ConfigurationProblem.quoted(name))\(hint)"
    }

    /// The parser's own words hold the line that is wrong, and that may hold anything; only its constant texts are used.
    private static func problem(_ error: any Error, path: String) -> ConfigurationProblem {
        guard let error = error as? YamlError else {
            return ConfigurationProblem(path, "the file can't be read as YAML")
        }
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            return ConfigurationProblem(
                "\(path):\(mark.line)", "not YAML: \(problem); a value with brackets or ': ' needs quotation marks")
        case .duplicatedKeysInMapping(let duplicates, let context):
            let names = duplicates.map { ConfigurationProblem.quoted($0) }.joined(separator: ", ")
            return ConfigurationProblem("\(path):\(context.mark.line)", "set twice: \(names)")
        case .reader(let problem, _, _, _):
            return ConfigurationProblem(path, "not YAML: \(problem)")
        case .no, .memory, .writer, .emitter, .representer, .dataCouldNotBeDecoded:
            return ConfigurationProblem(path, "the file can't be read as YAML")
        }
    }

    /// The first line with a word that begins with `&` or `*`. No setting's value has one, quoted or not.
    private static func lineOfAlias(_ text: String) -> Int? {
        var isWordStart = true
        var isComment = false
        var line = 1
        var marked = false
        for byte in text.utf8 {
            if marked, !separators.contains(byte) { return line }
            marked = false
            switch byte {
            case UInt8(ascii: "\n"):
                line += 1
                isComment = false
                isWordStart = true
            case UInt8(ascii: "#") where isWordStart: isComment = true
            case UInt8(ascii: "&") where isWordStart && !isComment, UInt8(ascii: "*") where isWordStart && !isComment:
                marked = true
                isWordStart = false
            default: isWordStart = separators.contains(byte)
            }
        }
        return nil
    }

    private static let separators = Set(" \t\r\n[]{},:?-!".utf8)
}
