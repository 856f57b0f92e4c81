import LanyardWire

extension Session {
    /// Creates an object that has no secret, and shows it.
    ///
    /// - Parameter printsID: print its id alone, for a script to keep.
    func create<Resource: ManagedResource>(
        _ resource: Resource.Type, _ body: RequestBody, printsID: Bool
    ) async throws(CommandFailure) {
        let answer = try await client.send(
            .create(Resource.path, body: body.json, idempotencyKey: IdempotencyKey.random()))
        if printsJSON { return try printJSON(answer) }
        let object = answer.json[Resource.singular] ?? .null
        if printsID { return try console.print(TextWidth.printable(object.shown("id"))) }
        try console.print(Resource.details(object).lines(style: style))
    }

    /// Changes what `body` names, and says where the change holds.
    func update<Resource: ManagedResource>(
        _ resource: Resource.Type, _ reference: String, _ body: RequestBody
    ) async throws(CommandFailure) {
        guard !body.isEmpty else {
            throw .usage("There is nothing to change: give at least one option. See --help.")
        }
        let id = try await id(of: reference, Resource.self)
        let answer = try await client.send(.patch(Resource.path + [id], body: body.json))
        try printChange(resource, answer, verb: "Changed")
    }

    /// Does something to an object, as `revoke`, and says where the change holds.
    func act<Resource: ManagedResource>(
        _ resource: Resource.Type, _ reference: String, _ action: String, verb: String, reason: String? = nil
    ) async throws(CommandFailure) {
        let id = try await id(of: reference, Resource.self)
        var body = RequestBody()
        body.set("reason", reason)
        let answer = try await client.send(
            .act(Resource.path + [id, action], body: body.isEmpty ? nil : body.json, isRepeatable: true))
        try printChange(resource, answer, verb: verb)
    }

    private func printChange<Resource: ManagedResource>(
        _ resource: Resource.Type, _ answer: APIAnswer, verb: String
    ) throws(CommandFailure) {
        if printsJSON { return try printJSON(answer) }
        let object = answer.json[Resource.singular] ?? .null
        try printApplied(answer.json, "\(verb) \(Resource.title(object))")
    }
}
