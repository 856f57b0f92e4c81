package import LanyardCore
import LanyardEngine
import LanyardStorage

extension Management {
    /// Whether the caller may have decisions about a key explained: by its id.
    ///
    /// - Throws: ``ManagementError/notFound(_:)`` for a key that does not exist or that the caller may not read about.
    package func checkExplain(_ id: KeyID, as caller: Caller) async throws {
        try caller.requireForSomeProject(.explain)
        try await read { store, resolver in
            guard let key = try store.key(id), try caller.mayExplain(resolver.project(of: key)) else {
                throw ManagementError.notFound(.key(id))
            }
        }
    }

    /// Whether the caller may have decisions about a secret explained. A secret that belongs to no key may be explained
    /// by whoever may explain at all; one that belongs to a key which is none of the caller's business is `false`: it
    /// is to be explained as one that belongs to no key.
    package func mayExplain(_ digest: SecretDigest, as caller: Caller) async throws -> Bool {
        try caller.requireForSomeProject(.explain)
        return try await read { store, resolver in
            guard let secret = try store.secret(digest), let key = try store.key(secret.key) else { return true }
            return try caller.mayExplain(resolver.project(of: key))
        }
    }
}

extension Caller {
    fileprivate func mayExplain(_ project: ProjectRecord) -> Bool {
        holds(.explain, for: project.name) && (project.id != ProjectRecord.lanyardID || isAdministrator)
    }
}
