import ArgumentParser
import LanyardWire

/// What becomes of a new secret, which is shown this once.
struct NewSecretOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Write the secret to this file, which only you can read, instead of standard output.", valueName: "path"),
        completion: .file())
    var secretFile: String?

    @Flag(help: "Let --secret-file replace a file that exists.")
    var replace = false

    @Flag(name: .shortAndLong, help: "Say nothing on standard error; standard output is the secret alone.")
    var quiet = false

    @Option(
        help: ArgumentHelp(
            "Make a repetition of this very command safe: within 15 minutes it gets the same answer.", valueName: "key")
    )
    var idempotencyKey: String?

    func validate() throws {
        if replace, secretFile == nil { throw ValidationError("--replace goes with --secret-file.") }
        if let idempotencyKey {
            let isUsable = idempotencyKey.utf8.allSatisfy { (0x21...0x7E).contains($0) }
            guard isUsable, (1...128).contains(idempotencyKey.utf8.count) else {
                throw ValidationError("--idempotency-key must be 1 to 128 visible ASCII characters.")
            }
        }
    }

    /// The key of this call.
    var key: String { idempotencyKey ?? IdempotencyKey.random() }

    /// Sends a call that makes a secret, and hands the secret over.
    ///
    /// - Parameter describe: what else a person is told of the answer.
    func perform(
        _ request: APIRequest, in session: Session, describe: (JSONValue) -> [String]
    ) async throws(CommandFailure) {
        // The file is there before the secret is: what can fail has failed by then.
        guard let secretFile else {
            return try deliver(try await session.client.send(request), in: session, describe: describe)
        }
        let file = try SecretFile(path: secretFile, replaces: replace)
        let answer = try await session.client.send(request)
        guard let secret = answer.json["secret"]?.string else { throw Self.noSecret(session) }
        do {
            try file.write(secret)
        } catch {
            session.warn("the secret could not be written to \(secretFile); it is on standard output, this once.")
            try session.console.print(secret)
            throw error
        }
        if session.printsJSON {
            try Session.print(answer.json.without("secret"), console: session.console)
        } else if !quiet {
            for line in describe(answer.json) { session.console.note(line) }
            session.console.note("The secret is in \(secretFile). It is shown nowhere else.")
        }
        session.warnAboutPending(answer.json)
    }

    private func deliver(
        _ answer: APIAnswer, in session: Session, describe: (JSONValue) -> [String]
    ) throws(CommandFailure) {
        guard let secret = answer.json["secret"]?.string else { throw Self.noSecret(session) }
        if session.printsJSON { return try session.printJSON(answer) }
        if !quiet {
            for line in describe(answer.json) { session.console.note(line) }
            session.console.note("This is the secret. Keep it now: it can't be shown again.")
        }
        try session.console.print(secret)
        session.warnAboutPending(answer.json)
    }

    private static func noSecret(_ session: Session) -> CommandFailure {
        .unexpectedAnswer(session.client.endpoint, status: 201, detail: "without a secret")
    }
}

extension JSONValue {
    /// The object without the member of that name.
    fileprivate func without(_ name: String) -> JSONValue {
        guard let object else { return self }
        return .object(JSONObject(object.members.filter { $0.name != name }))
    }
}
