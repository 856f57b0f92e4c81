import LanyardWire

/// What there is to know of one setting: how it is explained, read, shown and put into the configuration.
package struct SettingDefinition: Sendable {
    /// How a value is written in `lanyard.yaml`.
    enum Kind {
        /// Text: a number or `true` there is a mistake.
        case text
        /// A whole number.
        case integer
        /// A list of texts, or one; elsewhere separated by commas, or given repeatedly.
        case list
        /// Not set in the file.
        case outside
    }

    package let setting: Setting
    /// What the value stands for, in help: `host:port`.
    package let placeholder: String
    /// A sentence or two for people.
    package let help: String
    let kind: Kind
    let read: @Sendable ([String], inout SettingDraft) throws(InvalidSetting) -> Void
    /// The value that a configuration has, as it would be written; `nil` if it has none.
    package let show: @Sendable (ServerConfiguration) -> String?

    /// Whether it can be given more than once.
    package var isRepeatable: Bool { kind == .list }

    /// The default as it would be written, for help.
    package var defaultText: String? { show(ServerConfiguration()) }
}

/// A configuration in the making: what only makes sense together is put together when all is read.
struct SettingDraft {
    var configuration = ServerConfiguration()
    var tlsCertificate: String?
    var tlsPrivateKey: String?
    var clientAuthorities: String?
    var databasePasswordFile: String?
    var countersPasswordFile: String?
}

extension SettingDefinition {
    /// Which part of the configuration a setting is.
    typealias Target<Value> = any WritableKeyPath<ServerConfiguration, Value> & Sendable

    /// A setting with one value that may be missing.
    static func text(
        _ setting: Setting, _ placeholder: String, _ help: String,
        read: @escaping @Sendable (String, inout SettingDraft) throws(InvalidSetting) -> Void,
        show: @escaping @Sendable (ServerConfiguration) -> String?
    ) -> SettingDefinition {
        single(setting, placeholder, help, read: read, show: show)
    }

    /// A setting with one value.
    private static func single(
        _ setting: Setting, _ placeholder: String, _ help: String, kind: Kind = .text,
        read: @escaping @Sendable (String, inout SettingDraft) throws(InvalidSetting) -> Void,
        show: @escaping @Sendable (ServerConfiguration) -> String?
    ) -> SettingDefinition {
        SettingDefinition(
            setting: setting, placeholder: placeholder, help: help, kind: kind,
            read: { (texts, draft) throws(InvalidSetting) in
                guard let text = texts.last, !text.isEmpty else { throw InvalidSetting("the value is empty") }
                try read(text, &draft)
            }, show: show)
    }

    static func path(
        _ setting: Setting, _ help: String, kind: Kind = .text,
        read: @escaping @Sendable (String, inout SettingDraft) -> Void,
        show: @escaping @Sendable (ServerConfiguration) -> String?
    ) -> SettingDefinition {
        single(
            setting, "path", help, kind: kind,
            read: { (text, draft) throws(InvalidSetting) in
                guard !text.utf8.contains(0) else { throw InvalidSetting("a path has no NUL") }
                read(text, &draft)
            }, show: show)
    }

    static func value<Value: CustomStringConvertible & SendableMetatype>(
        _ setting: Setting, _ placeholder: String, _ help: String,
        _ target: Target<Value>,
        read: @escaping @Sendable (String) throws(InvalidSetting) -> Value
    ) -> SettingDefinition {
        single(
            setting, placeholder, help,
            read: { (text, draft) throws(InvalidSetting) in draft.configuration[keyPath: target] = try read(text) },
            show: { $0[keyPath: target].description })
    }

    static func duration(
        _ setting: Setting, _ help: String, within range: ClosedRange<Duration>,
        _ target: Target<Duration>
    ) -> SettingDefinition {
        single(
            setting, "duration", help,
            read: { (text, draft) throws(InvalidSetting) in
                guard let milliseconds = try? DurationText.milliseconds(text) else {
                    throw InvalidSetting(
                        "\(ConfigurationProblem.quoted(text)) is no duration: expected \(DurationText.form)")
                }
                let duration = Duration.milliseconds(milliseconds)
                try check(text, range.contains(duration), Self.text(range.lowerBound), Self.text(range.upperBound))
                draft.configuration[keyPath: target] = duration
            },
            show: { Self.text($0[keyPath: target]) })
    }

    static func size(
        _ setting: Setting, _ help: String, within range: ClosedRange<ByteCount>,
        _ target: Target<ByteCount>
    ) -> SettingDefinition {
        value(setting, "size", help, target) { text throws(InvalidSetting) in
            let size = try ByteCount(parsing: text)
            try check(text, range.contains(size), range.lowerBound.description, range.upperBound.description)
            return size
        }
    }

    static func integer(
        _ setting: Setting, _ help: String, within range: ClosedRange<Int>,
        write: @escaping @Sendable (Int, inout ServerConfiguration) -> Void,
        show: @escaping @Sendable (ServerConfiguration) -> String?
    ) -> SettingDefinition {
        single(
            setting, "number", help, kind: .integer,
            read: { (text, draft) throws(InvalidSetting) in
                guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
                    throw InvalidSetting("\(ConfigurationProblem.quoted(text)) is no whole number")
                }
                // More digits than an integer holds are out of the range too.
                let number = Int(text)
                try check(text, number.map(range.contains) ?? false, "\(range.lowerBound)", "\(range.upperBound)")
                if let number { write(number, &draft.configuration) }
            }, show: show)
    }

    static func choice<Value: RawRepresentable<String> & CaseIterable & Sendable>(
        _ setting: Setting, _ help: String, _ target: Target<Value>
    ) -> SettingDefinition {
        let names = Value.allCases.map(\.rawValue)
        return single(
            setting, names.joined(separator: "|"), help,
            read: { (text, draft) throws(InvalidSetting) in
                guard let value = Value(rawValue: text) else {
                    let hint = NameSuggestion.nearest(to: text, among: names).map { ": did you mean '\($0)'?" }
                    throw InvalidSetting(
                        "\(ConfigurationProblem.quoted(text)) is none of \(names.joined(separator: ", "))\(hint ?? "")")
                }
                draft.configuration[keyPath: target] = value
            },
            show: { $0[keyPath: target].rawValue })
    }

    static func list<Element: CustomStringConvertible & SendableMetatype>(
        _ setting: Setting, _ placeholder: String, _ help: String,
        _ target: Target<[Element]>,
        read: @escaping @Sendable (String) throws(InvalidSetting) -> Element
    ) -> SettingDefinition {
        SettingDefinition(
            setting: setting, placeholder: placeholder, help: help, kind: .list,
            read: { (texts, draft) throws(InvalidSetting) in
                var elements: [Element] = []
                for text in texts.flatMap({ $0.split(separator: ",") }) {
                    elements.append(try read(String(text.trimmingSpaces)))
                }
                guard elements.count <= longestList else {
                    throw InvalidSetting("more than \(longestList) values")
                }
                draft.configuration[keyPath: target] = elements
            },
            show: { configuration in
                let texts = configuration[keyPath: target].map(\.description)
                return texts.isEmpty ? nil : texts.joined(separator: ",")
            })
    }

    static let longestList = 1_000

    private static func check(
        _ text: String, _ isWithin: Bool, _ least: String, _ most: String
    ) throws(InvalidSetting) {
        guard !isWithin else { return }
        throw InvalidSetting("\(ConfigurationProblem.quoted(text)) is not from \(least) to \(most)")
    }

    private static func text(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        return DurationText.text(milliseconds: seconds * 1_000 + attoseconds / 1_000_000_000_000_000)
    }
}

extension Substring {
    fileprivate var trimmingSpaces: Substring {
        var rest = drop { $0 == " " || $0 == "\t" }
        while let last = rest.last, last == " " || last == "\t" { rest.removeLast() }
        return rest
    }
}
