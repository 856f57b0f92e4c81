package import LanyardCore
package import LanyardStorage

/// A question about usage, as a request asks it.
package struct UsageRequest: Sendable {
    package var key: KeyID?
    package var account: Reference<AccountTag>?
    package var project: Reference<ProjectTag>?
    /// From then on, to the minute; 24 hours before ``to`` if absent.
    package var from: Timestamp?
    /// Before then, to the minute; until the end of the running minute if absent.
    package var to: Timestamp?
    package var interval = UsageQuery.Interval.hour
    package var group = UsageQuery.Group.none
    /// Also what keys of project `lanyard` did, which only administrators may ask for.
    package var includesLanyard = false
    /// Where the last page ended.
    package var after: UsagePosition?
    package var limit = 50

    package init() {}

    /// The same question with both ends of its range told, so that asking it again later, for the next page, is about
    /// the same minutes.
    func fixed(at now: Timestamp) -> UsageRequest {
        var request = self
        let to = to ?? Timestamp(milliseconds: (Int64(now.minute) + 1) * 60_000)
        (request.from, request.to) = (from ?? to.advanced(byMilliseconds: -86_400_000), to)
        return request
    }
}

extension Management {
    /// The question as it is meant now, for whoever asks for all of its pages.
    package func fixed(_ request: UsageRequest) -> UsageRequest { request.fixed(at: now) }

    /// Usage, oldest first: of the keys of those projects that the caller may read. What keys of project `lanyard` did is
    /// for administrators who ask for it, by that project, by a key or in so many words: who looks at the usage of a
    /// service doesn't look for his own calls. What deleted keys did is for administrators too, for they may have been
    /// such keys.
    package func usage(
        _ request: UsageRequest, as caller: Caller
    ) async throws -> Listing<UsageSum, UsagePosition> {
        try caller.requireForSomeProject(.usageRead)
        _ = try Page<KeyID>(limit: request.limit).checked()
        if request.includesLanyard { try caller.requireAdministrator() }
        let request = fixed(request)
        guard let from = request.from, let to = request.to, from < to else {
            throw ManagementError.invalid("?from", "expected a time before to")
        }
        var query = UsageQuery(
            fromMinute: from.minute, toMinute: to.advanced(byMilliseconds: 59_999).minute, interval: request.interval,
            group: request.group, limit: request.limit + 1)
        query.key = request.key
        query.after = request.after
        query.hidesDeletedKeys = !caller.isAdministrator
        let started = query
        return try await report { store, resolver in
            var query = started
            if let reference = request.project {
                let project = try resolver.project(reference, for: caller, demanding: .usageRead, at: "?project")
                if project.id == ProjectRecord.lanyardID { try caller.requireAdministrator() }
                query.project = project.id
            }
            if let reference = request.account {
                guard let account = try resolver.account(reference, for: caller, at: "?account") else {
                    return Listing(items: [], next: nil)
                }
                query.account = account.id
            }
            query.visibleProjects = try resolver.visibleProjects(of: caller, holding: .usageRead)
            let asksForLanyard =
                request.includesLanyard || query.key != nil || query.project == ProjectRecord.lanyardID
            if !caller.isAdministrator || !asksForLanyard { query.hiddenProject = ProjectRecord.lanyardID }
            // A reader of nothing gets nothing, whatever a store makes of an empty list.
            if query.visibleProjects?.isEmpty == true { return Listing(items: [], next: nil) }
            let sums = try store.usage(query)
            let items = Array(sums.prefix(request.limit))
            return Listing(items: items, next: sums.count > items.count ? items.last?.position : nil)
        }
    }
}
