import LanyardCore
import LanyardStorage

// # Import
//
// Millions of keys of another system come in as lines. A batch of them is one transaction, one change and one entry in
// the audit log; whatever the lines name (projects, plans, roles, accounts) is looked up once for the batch; and
// nothing is rendered for a line. A line that is refused leaves the others alone. A digest that exists is refused with
// the key that has it, so an import that was cut short can be sent again whole. A key that the caller may not know of is
// not told: a digest can be had from another's leaked list, and must not lead to whose it is.

extension Management {
    /// Lines that one transaction takes. More would hold up other writers for longer and save little: the commit's cost
    /// is spread thin already.
    package static let importBatchSize = 1000
    /// Bytes of lines that one transaction takes: long lines hold it up sooner.
    package static let importBatchBytes = 1 << 20

    /// Whether the caller may import at all: to be asked before the first line is read.
    package func checkImport(as caller: Caller) throws(ManagementError) {
        try caller.requireForSomeProject(.keysWrite)
    }

    /// Imports lines, each by itself; outcomes come in the order of the lines.
    package func importBatch(_ lines: [ImportLine], as caller: Caller) async throws -> [ImportOutcome] {
        try checkImport(as: caller)
        var outcomes: [ImportOutcome] = []
        outcomes.reserveCapacity(lines.count)
        for start in stride(from: 0, to: lines.count, by: Self.importBatchSize) {
            let batch = lines[start..<min(start + Self.importBatchSize, lines.count)]
            outcomes += try await change(as: caller, waits: false) { try $0.importKeys(batch) }.value
        }
        return outcomes
    }
}

extension ManagementTransaction {
    fileprivate func importKeys(_ lines: ArraySlice<ImportLine>) throws -> [ImportOutcome] {
        var digests: [SecretDigest] = []
        var imported: [KeyID] = []
        // One draw for all: the system is asked for randomness once, and rows go to the ends of their tables.
        var id = KeyID.make(atMilliseconds: now.milliseconds)
        let outcomes = try lines.map { line in
            let result = try importKey(line, id: id)
            if case .imported = result {
                imported.append(id)
                digests.append(line.digest)
                id = id.successor
            }
            return ImportOutcome(line: line.number, result: result)
        }
        guard let firstKey = imported.first, let lastKey = imported.last else { return outcomes }
        try recordChange(.imports(digests))
        try audit(
            .keyImport, firstKey,
            after: ImportSnapshot(
                imported: imported.count, refused: outcomes.count - imported.count,
                firstLine: outcomes.first?.line ?? 0, lastLine: outcomes.last?.line ?? 0, firstKey: firstKey,
                lastKey: lastKey))
        return outcomes
    }

    private func importKey(_ line: ImportLine, id: KeyID) throws -> ImportOutcome.Result {
        do {
            let project = try projectForKeys(line.draft.project)
            if project.id == ProjectRecord.lanyardID {
                throw ManagementError.invalid("/project", "keys of project lanyard are not imported")
            }
            if line.draft.proof != .any {
                throw ManagementError.invalid("/proof", "expected any: an imported key can only be presented")
            }
            var key = try record(of: line.draft, in: project, id: id, hint: "")
            key.isImported = true
            let secret = SecretRecord(digest: line.digest, key: id, publicKey: nil, createdAt: now)
            guard let existing = try store.insert(key, secret: secret) else { return .imported(id) }
            return .digestExists(try caller.seesAllKeys || sees(existing) ? existing : nil)
        } catch let refusal as ManagementError {
            return .refused(refusal)
        }
    }

    /// Whether the caller may know of a key.
    private func sees(_ id: KeyID) throws -> Bool {
        guard let key = try store.key(id) else { return false }
        return caller.sees(keysOf: try resolver.project(of: key).name)
    }
}
