import ArgumentParser
import LanyardCore

/// Where the secret that is asked about comes from: a file, the environment or standard input. There is no option for
/// the secret itself, for arguments are seen by every process and kept in histories.
struct SecretInputOptions: ParsableArguments {
    static let variable = "LANYARD_SECRET"

    @Option(
        help: ArgumentHelp(
            "Read the secret from this file (otherwise: environment LANYARD_SECRET, then standard input).",
            valueName: "path"),
        completion: .file())
    var secretFile: String?

    func secret(console: Console) async throws(CommandFailure) -> Secret {
        if let secretFile {
            let bytes = try PrivateFile.read(secretFile, what: "The secret", console: console)
            return try SecretText.parse(bytes, what: secretFile)
        }
        if let text = console.variable(Self.variable) {
            return try SecretText.parse(Array(text.utf8), what: Self.variable)
        }
        if console.input.isTerminal {
            defer { console.note("") }
            let bytes = try await console.input.readHiddenLine {
                try? console.errors.write(Array("Secret (not shown): ".utf8))
            }
            return try SecretText.parse(bytes, what: "What was typed")
        }
        let bytes = try await console.input.readAll(most: SecretText.most, what: "Standard input")
        return try SecretText.parse(bytes, what: "Standard input")
    }
}
