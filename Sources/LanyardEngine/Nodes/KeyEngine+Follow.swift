import CoreMetrics
import LanyardCore
import LanyardStorage
import Logging
import Synchronization

// # Following what other nodes change
//
// Changes are numbered without gaps, and a store shows them in the order of their numbers. A node reads on from the last
// one that it has applied, portion by portion; applies each (what depends on it leaves the cache, and loads that were
// under way are refused entry: see `RecentChanges`); and then confirms. Only what was read in this order counts as
// applied. What this node has changed itself takes effect on it at once, too, but moves nothing: the numbers before may
// belong to changes of others that it has not seen.
//
// Notices say when it is worth looking. They may be lost, so it looks each second anyway, and that is its heartbeat.
//
// Three things end this: the store no longer knows the changes that follow, the others have forgotten this node, or it is
// another store (restored, or failed over to one that had not seen everything). Then the node denies, joins, forgets
// everything that it has in memory, and begins anew. Loads that are under way then carry the number of what they began
// in, and are refused.

extension KeyEngine {
    /// Follows the changes of other nodes until it is cancelled. Returns at once for a node that is alone.
    func follow() async {
        guard let membership else { return }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.listen(to: membership) }
            group.addTask {
                while !Task.isCancelled {
                    await self.catchUp()
                    await membership.news.wait(for: self.followInterval)
                }
            }
            group.addTask {
                while !Task.isCancelled {
                    await self.endPassedCalls()
                    await membership.finishing.wait(for: self.followInterval)
                }
            }
            await group.waitForAll()
        }
    }

    /// A heartbeat each second, or as often as a short bound needs.
    private var followInterval: Duration { min(.seconds(1), configuration.stalenessBound / 4) }

    private func listen(to membership: Membership) async {
        for await notice in membership.store.notices() {
            if Task.isCancelled { return }
            switch notice {
            case .changed(let epoch):
                if let epoch {
                    membership.noteNewest(epoch)
                    if epoch <= self.epoch { continue }
                }
                membership.news.wake()
            case .confirmed: membership.desk.wake()
            case .recalled(let quota): leases.giveBack(quota)
            case .finishing(let node): if node == NodeMark(nodeID) { membership.finishing.wake() }
            }
        }
    }

    /// Applies what others have changed, and confirms it. A failure is told once, and tried again at the next call.
    package func catchUp() async {
        guard let membership else { return }
        do {
            try await catchUp(membership)
            if membership.tell({ $0.hasFailed = false }).hasFailed {
                logger.notice("the store answers again", metadata: ["epoch": "\(epoch)"])
            }
        } catch {
            counters.failedConfirmations.increment()
            if !membership.tell({ $0.hasFailed = true }).hasFailed {
                logger.warning("this node can't confirm to the others", metadata: ["reason": "\(error)"])
            }
        }
        logCurrency()
    }

    /// Under a stream of changes it goes round a few times; then others have their turn.
    private static let turns = 16

    private func catchUp(_ membership: Membership) async throws {
        if let reason = membership.mustStartAnew { try await startAnew(membership, reason) }
        for _ in 0..<KeyEngine.turns {
            let asked = now.monotonic
            guard try await readOn() else { return try await startAnew(membership, .pruned) }
            let confirmed = epoch
            guard let state = try await membership.store.confirm(nodeID, epoch: confirmed) else {
                return try await startAnew(membership, .forgotten)
            }
            guard state.incarnation == membership.incarnation else {
                return try await startAnew(membership, .replaced)
            }
            membership.noteNewest(state.epoch)
            if !isCurrent(at: now.monotonic) {
                guard try await readOn() else { return try await startAnew(membership, .pruned) }
            }
            extendCurrency(from: asked)
            if epoch == confirmed, state.epoch <= confirmed { return }
        }
        membership.news.wake()
    }

    /// Reads and applies changes up to the newest.
    /// - Returns: `false` where some are no longer known.
    private func readOn() async throws(EngineError) -> Bool {
        while true {
            let (after, generation) = changes.withLock { ($0.epoch, $0.generation) }
            let portion = try await storeRead { try ChangePortion($0, after: after) }
            guard let portion else { return false }
            apply(portion, generation)
            if portion.isLast { return true }
        }
    }

    private func apply(_ portion: ChangePortion, _ generation: Int) {
        guard !portion.changes.isEmpty else { return }
        let subjects = Set(portion.changes.map(\.subject))
        changes.withLock { changes in
            guard changes.generation == generation, changes.epoch == portion.after else { return }
            for change in portion.changes { changes.recent.append(change) }
            drop(subjects)
            for account in portion.accounts { update(account, epoch: portion.newestEpoch) }
            for (id, policy) in portion.policies {
                directory.set(policy.flatMap(prepare), for: id, epoch: portion.newestEpoch)
            }
            for (id, project) in portion.projects { directory.set(project, for: id, epoch: portion.newestEpoch) }
            changes.epoch = portion.end
        }
        counters.appliedChanges.increment(by: portion.changes.count)
    }

    /// Forgets everything that came from the store, and begins as at the start.
    private func startAnew(_ membership: Membership, _ reason: FlushReason) async throws {
        // First of all: from here on it is not known what holds, until all of it was read again.
        endCurrency()
        membership.mustStartAnew = reason
        // Before it joins, which counts what it had leased as used: whoever forgot this node has done so already, and
        // another store has never heard of it.
        await leases.void(.leases)
        await places.forgetPlaces()
        let asked = now.monotonic
        let state = try await membership.store.join(membership.node)
        // What was asked for meanwhile went with the node's old place among the others.
        await places.forgetPlaces()
        let start = try await storeRead { try StartingState($0, withWindows: false) }
        changes.withLock { changes in
            changes.generation += 1
            changes.epoch = start.epoch
            changes.recent = RecentChanges(epoch: start.epoch)
            changes.unread = []
            cache.removeAll()
            resolver.forgetAccounts()
            directory.reset(projects: start.projects, policies: start.policies.compactMap(prepare), epoch: start.epoch)
            acceptsForeign.store(start.hasImports, ordering: .relaxed)
            // Another store's numbers may be lower: they must not be taken for older ones.
            for state in allowances.all { state.forgetEpoch() }
        }
        let isReplaced = membership.note(state)
        // What was used, but never booked, is another store's.
        if isReplaced { await leases.void(.everything) }
        _ = membership.look(start.nodes, from: asked, to: now.monotonic)
        membership.mustStartAnew = nil
        extendCurrency(from: asked)
        counters.countFlush(isReplaced ? .replaced : reason)
        logger.warning(
            "everything that was in memory was read again",
            metadata: ["reason": "\(isReplaced ? .replaced : reason)", "epoch": "\(start.epoch)"])
        // Others learn where it stands.
        membership.news.wake()
    }
}
