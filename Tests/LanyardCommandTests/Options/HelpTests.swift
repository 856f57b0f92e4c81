import ArgumentParser
import Testing

@testable import LanyardCommand

@Suite("Help")
struct HelpTests {
    /// Every command with the words that name it.
    static var commands: [(path: [String], type: any ParsableCommand.Type)] {
        func walk(_ type: any ParsableCommand.Type, _ path: [String]) -> [([String], any ParsableCommand.Type)] {
            [(path, type)]
                + type.configuration.subcommands.flatMap { walk($0, path + [$0.configuration.commandName ?? "?"]) }
        }
        return walk(LanyardCommand.self, [])
    }

    /// The example lines of a help text, as a shell would cut them; redirections, pipes and comments left out.
    static func examples(_ discussion: String) -> [[String]] {
        discussion.replacing("\\\n", with: " ").split(separator: "\n")
            .filter { $0.hasPrefix("  ") && $0.contains("lanyard ") }
            .flatMap { $0.split(separator: ";") }
            .compactMap { line in line.firstRange(of: "lanyard ").map { words(line[$0.upperBound...]) } }
    }

    private static func words(_ line: Substring) -> [String] {
        var words: [String] = []
        var word = ""
        var isQuoted = false
        var isWord = false
        for character in line {
            switch character {
            case "'":
                isQuoted.toggle()
                isWord = true
            case " " where !isQuoted, ")" where !isQuoted:
                if isWord { words.append(word) }
                word = ""
                isWord = false
            default:
                word.append(character)
                isWord = true
            }
        }
        if isWord { words.append(word) }
        return Array(words.prefix { !["<", ">", "|"].contains($0) })
    }

    @Test("every command says what it does, in one sentence")
    func abstracts() {
        for (path, type) in Self.commands {
            let abstract = type.configuration.abstract
            #expect(abstract.hasSuffix("."), "\(path): \(abstract)")
            #expect(abstract.utf8.count <= 90, "\(path): \(abstract)")
        }
    }

    @Test("every command that does something shows how, and every example is understood")
    func examples() throws {
        for (path, type) in Self.commands where type is any ClientCommand.Type {
            let examples = Self.examples(type.configuration.discussion)
            #expect(examples.contains { $0.starts(with: path) }, "\(path) has no example of itself")
        }
        for (path, type) in Self.commands {
            for example in Self.examples(type.configuration.discussion) where example.first?.hasPrefix("-") == false {
                // The id is abbreviated in help.
                let arguments = example.map { $0.replacing("sha256:9f86d081884c7d65…", with: Self.digest) }
                if arguments.first == "serve" { continue }
                #expect(throws: Never.self, "\(path): \(example)") { try LanyardCommand.parseAsRoot(arguments) }
            }
        }
    }

    private static let digest = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

    @Test("help fits a terminal of 80 columns, examples included")
    func width() {
        for (path, type) in Self.commands {
            let long = type.configuration.discussion.split(separator: "\n").filter {
                $0.hasPrefix("  ") && $0.count > 80
            }
            #expect(long.isEmpty, "\(path): \(long)")
        }
    }

    @Test("a command's arguments have the same names wherever its help names them")
    func argumentNames() {
        for (path, type) in Self.commands where type is any ClientCommand.Type {
            let help = LanyardCommand.helpMessage(for: type, columns: 200)
            guard let usage = type.configuration.usage, let part = help.firstRange(of: "ARGUMENTS:\n") else { continue }
            let arguments = help[part.upperBound...].prefix { $0 != "\n" }
            for name in arguments.matches(of: /<[a-z-]+>/).map(\.output) {
                #expect(usage.contains(name), "\(path): \(name) in \(usage)")
            }
        }
    }

    @Test("no option of any command takes a secret")
    func secrets() {
        for (path, type) in Self.commands where type is any ClientCommand.Type {
            let help = LanyardCommand.helpMessage(for: type, columns: 200)
            for option in ["--secret ", "--admin-key ", "--key-secret", "--password"] {
                #expect(!help.contains(option), "\(path)")
            }
        }
    }

    @Test("help is output and no error, for the command and each of its parts")
    func isOutput() async {
        for (path, _) in Self.commands {
            let outcome = await CommandProbe().run(path + ["--help"])
            #expect(outcome.status == 0)
            #expect(outcome.output.hasPrefix("OVERVIEW:"), "\(path)")
            #expect(outcome.errors.isEmpty)
        }
    }

    @Test("completion scripts are made for every shell that has them", arguments: ["bash", "zsh", "fish"])
    func completion(shell: String) async {
        let outcome = await CommandProbe().run("--generate-completion-script", shell)
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("revoke-keys"))
    }
}
