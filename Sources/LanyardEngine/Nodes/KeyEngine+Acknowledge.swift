import CoreMetrics
package import LanyardCore
import LanyardStorage

extension KeyEngine {
    /// Waits until every node that lives has confirmed `epoch`, and no longer than the configuration says. This node counts
    /// as one that has: it applies its changes before it waits.
    ///
    /// A node that is silent is waited for until its silence exceeds its staleness bound: then it denies by itself.
    package func acknowledge(_ epoch: Int64, since start: MonotonicInstant) async -> Acknowledgement {
        var verdict = AcknowledgementDesk.Verdict(acknowledgedBy: [nodeID])
        if let membership {
            verdict = await wait(for: epoch, since: start, membership)
            counters.acknowledgementTime.recordNanoseconds(now.monotonic.nanoseconds - start.nanoseconds)
        }
        return Acknowledgement(
            acknowledgedBy: verdict.acknowledgedBy, pending: verdict.pending,
            elapsedMicroseconds: (now.monotonic.nanoseconds - start.nanoseconds) / 1000)
    }

    private func wait(
        for epoch: Int64, since start: MonotonicInstant, _ membership: Membership
    ) async -> AcknowledgementDesk.Verdict {
        // This node's own follower need not wait for its notice.
        membership.news.wake()
        let deadline = MonotonicInstant(
            nanoseconds: start.nanoseconds + configuration.acknowledgementTimeout.wholeNanoseconds)
        return await withCheckedContinuation { continuation in
            let waiter = AcknowledgementDesk.Waiter(epoch: epoch, deadline: deadline, continuation: continuation)
            let watches = membership.desk.add(waiter, limit: configuration.concurrentAcknowledgements)
            guard let watches else {
                // Too many wait: what was last known must do.
                return continuation.resume(returning: lastKnown(epoch, membership))
            }
            guard watches else { return membership.desk.wake() }
            // Nobody's child: the caller may be cancelled while others wait.
            Task { await self.watch(membership) }
        }
    }

    private func watch(_ membership: Membership) async {
        await membership.desk.watch(
            AcknowledgementDesk.Judgement(
                now: { self.now.monotonic },
                read: { (try? await self.readNodes(membership))?.watched },
                judge: judge, unread: { self.lastKnown($0, membership) }))
    }

    /// Where the table of nodes can't be read, whoever was known has not confirmed: silence was not seen, either.
    private func lastKnown(_ epoch: Int64, _ membership: Membership) -> AcknowledgementDesk.Verdict {
        var verdict = AcknowledgementDesk.Verdict(acknowledgedBy: [nodeID])
        for standing in membership.watched where standing.node.id != nodeID {
            if standing.epoch >= epoch {
                verdict.acknowledgedBy.append(standing.node.id)
            } else {
                verdict.pending.append(standing.node.id)
            }
        }
        return verdict
    }

    @Sendable private func judge(_ epoch: Int64, _ nodes: [WatchedNode]) -> AcknowledgementDesk.Verdict {
        var verdict = AcknowledgementDesk.Verdict(acknowledgedBy: [nodeID])
        for standing in nodes where standing.node.id != nodeID {
            if standing.epoch >= epoch {
                verdict.acknowledgedBy.append(standing.node.id)
            } else if standing.isLive {
                verdict.pending.append(standing.node.id)
            }
        }
        return verdict
    }
}
