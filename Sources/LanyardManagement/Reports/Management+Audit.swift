import LanyardCore
import LanyardEngine
package import LanyardStorage

/// What a check of the audit log's chain has found.
package struct AuditVerification: Sendable, Equatable {
    /// How many entries were checked, up to the first bad one.
    package let entries: Int64
    /// The first entry that is changed or missing; `nil` if the log is whole.
    package let firstBadSequence: Int64?

    package var isIntact: Bool { firstBadSequence == nil }
}

extension Management {
    /// Audit entries, newest first; `before` is the sequence that the last page ended with.
    package func auditEntries(
        _ filter: AuditFilter, before: Int64?, limit: Int, as caller: Caller
    ) async throws -> Listing<AuditEntry, Int64> {
        try caller.require(.auditRead)
        _ = try Page<KeyID>(limit: limit).checked()
        return try await report { store, _ in
            let entries = try store.auditEntries(filter, before: before, limit: limit + 1)
            let items = Array(entries.prefix(limit))
            return Listing(items: items, next: entries.count > limit ? items.last?.sequence : nil)
        }
    }

    /// Checks the whole log.
    package func verifyAudit(as caller: Caller) async throws -> AuditVerification {
        try caller.require(.auditRead)
        return try await AuditVerification.verify(engine.store)
    }
}

extension AuditVerification {
    /// Entries that one transaction reads.
    static let pageSize = 1000

    /// Walks the chain of a store's log from its first entry to the newest there is when it begins, page by page, so
    /// that neither memory nor one transaction grows with the log.
    ///
    /// It finds an entry that was changed, removed, added or moved. Whoever cuts entries off the *end* leaves a chain
    /// that is whole; only a newest hash that was noted elsewhere shows that.
    package static func verify(_ store: any Store) async throws -> AuditVerification {
        let newest = try await store.report { store in
            try store.auditEntries(AuditFilter(), before: nil, limit: 1).first?.sequence
        }
        var chain = AuditChain()
        while chain.length < newest ?? 0 {
            let first = chain.length + 1
            let page = try await store.report { try $0.auditEntries(from: first, limit: pageSize) }
            // The newest is known to be there, so an empty page is a hole.
            guard !page.isEmpty, page.allSatisfy({ chain.append($0) }) else {
                return AuditVerification(entries: chain.length, firstBadSequence: chain.length + 1)
            }
        }
        return AuditVerification(entries: chain.length, firstBadSequence: nil)
    }
}

/// As much of the log as has been found whole.
struct AuditChain {
    /// How many entries, which is the last one's place.
    private(set) var length: Int64 = 0
    private var hash = AuditEntry.firstPreviousHash

    /// Takes the next entry; `false` if it is not the one that belongs here, or not as it was written.
    mutating func append(_ entry: AuditEntry) -> Bool {
        guard entry.sequence == length + 1, entry.previousHash == hash, entry.isIntact else { return false }
        length += 1
        hash = entry.hash
        return true
    }
}
