package import LanyardCore

/// A project as other objects name it.
package struct ProjectReference: JSONWritable, Hashable, Sendable {
    package let id: ProjectID
    package let name: String

    package init(id: ProjectID, name: String) {
        self.id = id
        self.name = name
    }

    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("id", id.description)
            writer.member("name", name)
        }
    }
}

/// An account as other objects name it.
package struct AccountReference: JSONWritable, Hashable, Sendable {
    package let id: AccountID
    package let externalID: String?
    package let name: String

    package init(_ record: AccountRecord) {
        id = record.id
        externalID = record.externalID
        name = record.name
    }

    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("id", id.description)
            writer.member("external_id", externalID)
            writer.member("name", name)
        }
    }
}
