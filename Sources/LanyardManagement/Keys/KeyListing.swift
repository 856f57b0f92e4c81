package import LanyardCore
package import LanyardStorage

/// Which keys a list is to hold.
package struct KeyListing: Sendable {
    package var project: Reference<ProjectTag>?
    package var account: Reference<AccountTag>?
    package var environment: EnvironmentName?
    package var status: KeyRecord.Status?
    /// With exactly this name.
    package var name: String?

    package init() {}
}

extension Management {
    /// Keys, newest first: those that the caller may read.
    package func keys(
        _ listing: KeyListing, page: Page<KeyID>, as caller: Caller
    ) async throws -> Listing<KeyDetails, KeyID> {
        try caller.requireForSomeProject(.keysRead)
        let now = now
        return try await read { store, resolver in
            var filter = KeyFilter(now: now)
            filter.environment = listing.environment
            filter.status = listing.status
            filter.nameContains = listing.name
            if let reference = listing.project {
                let project = try resolver.project(reference, for: caller, demanding: .keysRead, at: "?project")
                if project.id == ProjectRecord.lanyardID { try caller.requireAdministrator() }
                filter.project = project.id
            } else {
                filter.visibleProjects = try resolver.visibleProjects(of: caller, holding: .keysRead)
            }
            if let reference = listing.account {
                guard let account = try resolver.account(reference, for: caller, at: "?account") else {
                    return Listing(items: [], next: nil)
                }
                filter.account = account.id
            }
            // A reader of nothing gets nothing, whatever a store makes of an empty list.
            if filter.visibleProjects?.isEmpty == true { return Listing(items: [], next: nil) }
            let hidden = caller.isAdministrator ? nil : ProjectRecord.lanyardID
            let isFiltered = hidden != nil || listing.name != nil
            let keep = { (key: KeyRecord) in
                key.project != hidden && (listing.name == nil || key.name == listing.name)
            }
            return try page.fill(id: \.id, keep: isFiltered ? keep : nil) { try store.keys(filter, page: $0) }
                .map { try resolver.details(of: $0, at: now) }
        }
    }
}

extension Resolver {
    /// The projects for which a caller holds `scope`; `nil` for all.
    func visibleProjects(of caller: Caller, holding scope: AdministrativeScope) throws -> [ProjectID]? {
        switch caller.scopes.projects(holding: scope.name) {
        case .all: nil
        case .only(let names): try names.compactMap { try project(.name($0))?.id }
        }
    }
}
