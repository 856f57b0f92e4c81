import LanyardCore
import LanyardStorage

// # Changes
//
// The counter's row is locked by the update until the commit, so that changes become visible in the order of their
// numbers. Each leaves a row in `changes`, from which other nodes read what they have not yet applied; rows are kept for
// an hour. Whoever has not looked for longer knows nothing that could be brought up to date, and begins anew.

extension PostgresTransaction {
    /// How long a change can be read after it was made.
    static let changesKept = "1 hour"
    /// At each change of a number divisible by this, old ones are deleted.
    private static let pruningInterval: Int64 = 64

    func epoch() throws -> Int64 {
        try attempt("reading the epoch") {
            let change = try mark(of: rows("SELECT value, mark FROM epoch"))
            saw(change)
            return change.epoch
        }
    }

    func recordChange(_ subject: ChangeSubject) throws -> Change {
        if case .imports = subject { try noteImports() }
        return try attempt("counting a change") {
            var values = ColumnWriter(capacity: 4)
            values.add(Int64.random(in: .min ... .max))
            try subject.write(to: &values)
            let change = try mark(
                of: rows(
                    """
                    WITH next AS (UPDATE epoch SET value = value + 1, mark = $1 RETURNING value, mark)
                    INSERT INTO changes (epoch, mark, kind, subject, digests) SELECT value, mark, $2, $3, $4 FROM next
                    RETURNING epoch, mark
                    """, values))
            newestChange = change
            if change.epoch % Self.pruningInterval == 0 {
                try execute("DELETE FROM changes WHERE at < now() - interval '\(Self.changesKept)'")
            }
            return Change(epoch: change.epoch, subject: subject)
        }
    }

    private func mark(of rows: ResultRows) throws -> ChangeMark {
        guard rows.count == 1 else { throw StoreError(.corrupted, "the counter of changes is missing") }
        var columns = ColumnReader(rows, row: 0, of: "epoch")
        return ChangeMark(epoch: try columns.number(), mark: try columns.number())
    }
}

extension ChangeSubject {
    private enum Kind: String {
        case key, account, plan, role, project, policy, imports
    }

    /// Tags the subject's id of whichever kind.
    private enum SubjectTag: IdentifierTag {
        static var prefix: String { "subject" }
    }

    fileprivate func write(to columns: inout ColumnWriter) throws {
        func add<Tag>(_ kind: Kind, _ id: Identifier<Tag>?, _ digests: [SecretDigest] = []) throws {
            try columns.add(kind)
            columns.add(id)
            columns.add(digests.flatMap(\.bytes))
        }
        switch self {
        case .key(let id, let digests): try add(.key, id, digests)
        case .account(let id): try add(.account, id)
        case .plan(let id): try add(.plan, id)
        case .role(let id): try add(.role, id)
        case .project(let id): try add(.project, id)
        case .policy(let id): try add(.policy, id)
        case .imports(let digests): try add(.imports, nil as Identifier<SubjectTag>?, digests)
        }
    }

    /// Takes what ``write(to:)`` has given.
    init(_ columns: inout ColumnReader) throws {
        let kind: Kind = try columns.choice()
        let subject = try columns.optionalID(SubjectTag.self)
        let bytes = try columns.bytes()
        guard bytes.count % 32 == 0 else { throw columns.damage() }
        let digests = try stride(from: 0, to: bytes.count, by: 32).map { start in
            guard let digest = SecretDigest(bytes: bytes[start..<start + 32]) else { throw columns.damage() }
            return digest
        }
        func id<Tag>() throws -> Identifier<Tag> {
            guard let subject else { throw columns.damage() }
            return Identifier(high: subject.high, low: subject.low)
        }
        switch kind {
        case .key: self = .key(try id(), digests)
        case .account: self = .account(try id())
        case .plan: self = .plan(try id())
        case .role: self = .role(try id())
        case .project: self = .project(try id())
        case .policy: self = .policy(try id())
        case .imports: self = .imports(digests)
        }
    }
}

// MARK: - Markers

extension PostgresTransaction {
    /// The marker that any digest was imported. It is the store's own, and so no ``StoreMarker``.
    private static let importsMarker = "has_imports"

    func hasImports() throws -> Bool {
        try marker(named: Self.importsMarker) != nil
    }

    /// Remembers that a digest was imported.
    func noteImports() throws {
        guard !hasNotedImports else { return }
        if try !hasImports() { try setMarker(named: Self.importsMarker, to: "1") }
        hasNotedImports = true
    }

    func marker(_ marker: StoreMarker) throws -> String? {
        try self.marker(named: marker.rawValue)
    }

    func setMarker(_ marker: StoreMarker, to value: String) throws {
        try setMarker(named: marker.rawValue, to: value)
    }

    private func marker(named name: String) throws -> String? {
        try attempt("reading a marker") {
            var values = ColumnWriter()
            try values.add(name)
            let rows = try rows("SELECT value FROM markers WHERE name = $1", values)
            guard rows.count > 0 else { return nil }
            var columns = ColumnReader(rows, row: 0, of: "markers")
            return try columns.text()
        }
    }

    private func setMarker(named name: String, to value: String) throws {
        try attempt("setting a marker") {
            var values = ColumnWriter()
            try values.add(name)
            try values.add(value)
            try execute(
                """
                INSERT INTO markers (name, value) VALUES ($1, $2)
                ON CONFLICT (name) DO UPDATE SET value = excluded.value
                """, values)
        }
    }
}
