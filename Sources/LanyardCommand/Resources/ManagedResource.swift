import ArgumentParser
import LanyardWire

/// A kind of object that the management API keeps: what the commands that all kinds have need to know of it.
protocol ManagedResource {
    associatedtype Filters: ListFilters

    /// What one is called, in commands and as the member of an answer that holds it: `key`.
    static var singular: String { get }
    /// What many are called, in commands and as the segment of the path: `keys`.
    static var plural: String { get }
    /// Something to be shown in help where a person gives an object's id or name.
    static var reference: String { get }
    /// What is particular about deleting one, for help.
    static var deletion: String { get }

    /// Whether a text is an id of this kind; anything else is taken for a name.
    static func isID(_ text: String) -> Bool
    /// The query parameters that find an object by what people call it, the most exact first.
    static var namedBy: [String] { get }

    static var columns: [Table.Column] { get }
    /// One object as a row beneath the columns.
    static func row(_ json: JSONValue) -> [Table.Cell]
    /// One object in full.
    static func details(_ json: JSONValue) -> Details
}

/// The options by which a list is narrowed.
protocol ListFilters: ParsableArguments {
    /// As query parameters.
    var query: [(name: String, value: String)] { get }
}

extension ManagedResource {
    static var path: [String] { ["v1", plural] }

    /// An object in a sentence: `key key_… "billing cron"`.
    static func title(_ json: JSONValue) -> String {
        "\(singular) \(json.shown("id")) \"\(json.shown("name"))\""
    }

    /// A plural with a capital letter.
    static var heading: String { plural.prefix(1).uppercased() + plural.dropFirst() }
}

extension Session {
    /// The id of the object that a person means: an id as it is, a name as the server knows it.
    ///
    /// A name that several objects have is refused, with their ids: it isn't guessed which one is to be revoked.
    func id<Resource: ManagedResource>(
        of reference: String, _ resource: Resource.Type
    ) async throws(CommandFailure) -> String {
        if Resource.isID(reference) { return reference }
        for parameter in Resource.namedBy {
            let query = [(name: parameter, value: reference), (name: "limit", value: "10")]
            let found = try await client.send(.get(Resource.path, query: query)).json["data"]?.array ?? []
            if found.count > 1 { throw Self.ambiguous(reference, found, resource) }
            if let id = found.first?["id"]?.string { return id }
        }
        throw .local(
            "There is no \(Resource.singular) named \(reference).", fix: "See `lanyard \(Resource.plural) list`.")
    }

    private static func ambiguous<Resource: ManagedResource>(
        _ reference: String, _ found: [JSONValue], _ resource: Resource.Type
    ) -> CommandFailure {
        let ids = found.map { $0.shown("id") }.joined(separator: ", ")
        return .local("Several \(Resource.plural) are named \(reference): \(ids).", fix: "Name one of them by its id.")
    }
}
