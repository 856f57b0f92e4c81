/// What is wrong with one setting: where it was set, and what would be right.
package struct ConfigurationProblem: Hashable, Sendable, CustomStringConvertible {
    /// `--data`, `LANYARD_DATA`, `lanyard.yaml:3: data`.
    package let origin: String
    /// A clause that says what is wrong and what to write instead. Values appear only through ``quoted(_:)``.
    package let detail: String

    package init(_ origin: String, _ detail: String) {
        // A file's name may be a secret that was given in the wrong place.
        self.origin = SecretScrubber.scrubbed(origin)
        self.detail = detail
    }

    package var description: String { "\(origin): \(detail)" }

    /// A value as a message shows it: short, on one line, and without anything that has a secret's form.
    package static func quoted(_ value: String) -> String {
        let longest = 80
        let short = String(value.prefix(longest)) + (value.count > longest ? "…" : "")
        let visible = short.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7f ? "\u{fffd}" : Character($0) }
        // Whatever was cut is no longer a secret's whole form: the whole text is searched, not the short one.
        return SecretScrubber.holdsSecret(value) ? SecretScrubber.replacement : "'\(String(visible))'"
    }
}

/// The configuration can't be used; all that is wrong with it, so that it is mended in one go.
package struct ConfigurationError: Error, Sendable, CustomStringConvertible {
    package let problems: [ConfigurationProblem]

    package init(_ problems: [ConfigurationProblem]) {
        self.problems = problems
    }

    package var description: String { problems.map(\.description).joined(separator: "\n") }
}

/// Why a text is no value of its setting: a clause that continues "… : ".
struct InvalidSetting: Error, Hashable {
    let detail: String

    init(_ detail: String) { self.detail = detail }
}
