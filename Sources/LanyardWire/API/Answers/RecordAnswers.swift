package import LanyardCore

extension ProjectRecord: JSONWritable {
    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("id", id.description)
            writer.member("name", name)
            writer.member("prefix", prefix.description)
            writer.texts("environments", environments)
            writer.member("created_at", createdAt)
            writer.member("updated_at", updatedAt)
        }
    }
}

extension AccountRecord: JSONWritable {
    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("id", id.description)
            writer.member("name", name)
            writer.member("external_id", externalID)
            writer.member("billing_day", billingDay)
            writer.member("limits", limits)
            writer.member("quotas", quotas)
            writer.member("suspended", isSuspended)
            writer.member("suspended_reason", suspendedReason)
            writer.member("metadata", metadata)
            writer.member("created_at", createdAt)
            writer.member("updated_at", updatedAt)
        }
    }
}

extension PlanRecord: JSONWritable {
    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("id", id.description)
            writer.member("name", name)
            writer.texts("scopes", scopes)
            writer.member("limits", limits)
            writer.member("quotas", quotas)
            writer.member("in_flight", maximumInFlight)
            writer.member("created_at", createdAt)
            writer.member("updated_at", updatedAt)
        }
    }
}

extension RoleRecord: JSONWritable {
    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("id", id.description)
            writer.member("name", name)
            writer.texts("scopes", scopes)
            writer.member("builtin", isBuiltIn)
            writer.member("created_at", createdAt)
            writer.member("updated_at", updatedAt)
        }
    }
}

/// A policy, with the name of the project that it demands.
package struct PolicyAnswer: JSONWritable, Sendable {
    package var record: PolicyRecord
    /// Nil where the policy names no project.
    package var projectName: String?

    package init(record: PolicyRecord, projectName: String?) {
        self.record = record
        self.projectName = projectName
    }

    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("id", record.id.description)
            writer.member("name", record.name)
            writer.member("project", record.project.map { ProjectReference(id: $0, name: projectName ?? "") })
            writer.member("environment", record.environment?.description)
            writer.member("scope", record.scope)
            writer.member("costs", record.costs)
            writer.member("dialect", record.dialect.rawValue)
            writer.texts("key_from", record.keyFrom)
            writer.texts("methods", record.methods)
            writer.texts("paths", record.paths)
            writer.member("created_at", record.createdAt)
            writer.member("updated_at", record.updatedAt)
        }
    }
}
