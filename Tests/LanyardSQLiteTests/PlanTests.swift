import GRDB
import LanyardCore
import LanyardStorage
import Testing

@testable import LanyardSQLite

@Suite("Questions that must not read every key")
struct PlanTests {
    private static let filters: [(String, @Sendable (inout KeyFilter) -> Void, String)] = [
        ("no condition", { _ in }, "sqlite_autoindex_keys_1"),
        ("a project", { $0.project = ProjectID(high: 1, low: 1) }, "keys_by_project"),
        ("one visible project", { $0.visibleProjects = [ProjectID(high: 1, low: 1)] }, "keys_by_project"),
        ("an account", { $0.account = AccountID(high: 1, low: 1) }, "keys_by_account"),
        ("a plan", { $0.plan = PlanID(high: 1, low: 1) }, "keys_by_plan"),
        ("a role", { $0.role = RoleID(high: 1, low: 1) }, "key_roles"),
        (
            "an account and a project",
            {
                $0.account = AccountID(high: 1, low: 1)
                $0.project = ProjectID(high: 1, low: 1)
            }, "keys_by_account"
        ),
        (
            "a role, a plan and many visible projects",
            {
                $0.role = RoleID(high: 1, low: 1)
                $0.plan = PlanID(high: 1, low: 1)
                $0.visibleProjects = (1...50).map { ProjectID(high: $0, low: $0) }
            }, "key_roles"
        ),
    ]

    private func plan(_ database: Database, _ sql: String, _ values: ColumnWriter) throws -> [String] {
        let statement = try database.makeStatement(sql: "EXPLAIN QUERY PLAN \(sql)")
        try values.bind(to: statement)
        return try Row.fetchAll(statement).map { $0["detail"] }
    }

    @Test(
        "a page of keys is read along the index of its leading condition, and never sorted", arguments: filters.indices)
    func lists(index: Int) async throws {
        let (name, change, expected) = Self.filters[index]
        var filter = KeyFilter(now: Timestamp(milliseconds: 0))
        change(&filter)
        let asked = filter
        let store = try await SQLiteStore.openInMemory()
        let after = KeyID(high: 9, low: 9)
        for page in [Page(limit: 50), Page(after: after, limit: 50)] {
            let steps = try await store.withWriter { database in
                try KeyQuestion.questions(asked, page: page).flatMap { question in
                    try plan(database, "\(KeyRecord.table.select) \(question.condition)", question.values)
                }
            }
            #expect(steps.contains { $0.contains(expected) }, "\(name): \(steps)")
            #expect(!steps.contains { $0.contains("TEMP B-TREE") }, "\(name): \(steps)")
        }
        try await store.close()
    }

    @Test("whether scopes are bound to a project is asked of the few keys that hold such, not of all")
    func usesOfProject() async throws {
        let store = try await SQLiteStore.openInMemory()
        let steps = try await store.withWriter { database in
            var values = ColumnWriter()
            values.add(ProjectID(high: 1, low: 1))
            return try plan(database, SQLiteTransaction.usesOfProject, values)
        }
        #expect(steps.contains { $0.contains("keys_with_bound_scopes") }, "\(steps)")
        #expect(!steps.contains { $0.hasPrefix("SCAN keys") && !$0.contains("INDEX") }, "\(steps)")
        try await store.close()
    }

    @Test(
        "deleting what keys may refer to does not read every key",
        arguments: ["accounts", "plans", "roles", "projects"])
    func references(table: String) async throws {
        let store = try await SQLiteStore.openInMemory()
        try await store.withWriter { database in
            // The program of the deletion: a look at every row would rewind a cursor to a table's first.
            let rows = try Row.fetchAll(database, sql: "EXPLAIN DELETE FROM \(table) WHERE id = x'00'")
            let operations = rows.map { $0["opcode"] as String? ?? "" }
            #expect(operations.contains("Delete"), "\(operations)")
            #expect(!operations.contains("Rewind"), "\(operations)")
        }
        try await store.close()
    }

    @Test("a key's usage is found by the key")
    func usage() async throws {
        var query = UsageQuery(fromMinute: 0, toMinute: 100, interval: .hour)
        query.key = KeyID(high: 1, low: 1)
        let question = try UsageQuestion(query)
        let store = try await SQLiteStore.openInMemory()
        let steps = try await store.withWriter { try plan($0, question.sql, question.values) }
        #expect(steps.contains { $0.contains("usage_by_key") }, "\(steps)")
        try await store.close()
    }
}
