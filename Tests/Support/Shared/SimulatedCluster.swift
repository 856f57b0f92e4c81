package import LanyardCore
package import LanyardStorage
import Synchronization

// # Several nodes in one process
//
// One store in memory, opened many times, as PostgreSQL would be: what it lacks of a shared store is added here. Who has
// joined is a table. The changes are a log beside the store: a transaction writes its change down under its number before
// it is committed, and a reader looks only at numbers up to the one that its own snapshot names. A transaction that was
// undone leaves an entry that the next one with its number writes over before it is committed in turn; so what a reader
// sees was committed.

/// A store that many open, made of one that only one opens.
package final class SimulatedCluster: Sendable {
    /// The store's clock, in milliseconds.
    private let milliseconds: @Sendable () -> Int64
    let fault: SharedFault?
    private let content: Mutex<Content>

    private struct Content {
        var base: any Store
        var incarnation = 1
        var lastBeat: Int64 = 0
        var log: [Int64: Change] = [:]
        var prunedUpTo: Int64 = 0
        var members: [NodeID: Member] = [:]
        var stores: [Opening] = []
        var windows: [CounterID: SavedWindow] = [:]
        var stepped: Int64 = 0
        var setBack: Int64 = 0
        var step: CounterStep?
        var counters: CounterNaming?
        var countersConfirmedAt: Int64 = 0
        var finishes: [GrantID: Finish] = [:]
        var places: [Subject: [NodeID: Int64]] = [:]

        mutating func forgetPlaces(of nodes: Set<NodeID>) {
            for subject in places.keys { places[subject] = places[subject]?.filter { !nodes.contains($0.key) } }
        }
    }

    /// Whoever has opened a store holds it, and it holds the cluster.
    private struct Opening {
        weak var store: SimulatedStore?
    }

    private struct Finish {
        let finish: PassedFinish
        let at: Int64
        var outcome: PassedFinish.Outcome?
    }

    private struct Member {
        var description: NodeDescription
        var epoch: Int64
        var beat: Int64
    }

    /// - Parameters:
    ///   - base: What keeps everything else; nothing was changed in it yet.
    ///   - milliseconds: The store's clock; by default the machine's.
    package init(
        _ base: any Store, fault: SharedFault? = nil, milliseconds: (@Sendable () -> Int64)? = nil
    ) {
        content = Mutex(Content(base: base))
        self.fault = fault
        let start = ContinuousClock.now
        self.milliseconds =
            milliseconds ?? {
                let (seconds, attoseconds) = (ContinuousClock.now - start).components
                return seconds * 1000 + attoseconds / 1_000_000_000_000_000
            }
    }

    /// Another opening of the store.
    package func open() -> SimulatedStore {
        let store = SimulatedStore(self)
        content.withLock { $0.stores.append(Opening(store: store)) }
        return store
    }

    /// What everything is kept in at present.
    package var base: any Store { content.withLock { $0.base } }

    /// What a restored backup does: another content, in another incarnation. Nobody is known, no change remembered.
    package func replace(with base: any Store) {
        content.withLock { content in
            content.base = base
            content.incarnation += 1
            content.log = [:]
            content.members = [:]
            content.prunedUpTo = 0
        }
    }

    /// Forgets changes up to `epoch`.
    package func prune(upTo epoch: Int64) {
        content.withLock { content in
            content.prunedUpTo = epoch
            content.log = content.log.filter { $0.key > epoch }
        }
    }

    // MARK: Counters

    /// Sets the counters' clock, and nothing else.
    package func stepClock(byMilliseconds milliseconds: Int64) {
        content.withLock { $0.stepped += milliseconds * 1_000_000 }
    }

    func ask(_ batch: CounterBatch) -> CounterReport {
        content.withLock { content in
            if fault == .countsApart { content.windows = [:] }
            let now = fault == .neverForgetsUnits ? 0 : milliseconds() * 1_000_000 + content.stepped
            let time = MonotonicInstant(nanoseconds: now - content.setBack)
            guard time <= batch.latest || fault == .chargesLate else {
                return CounterReport(time: time, setBack: content.setBack, answers: nil)
            }
            var page = CounterPage(
                time: time, step: fault == .staysOpen ? nil : content.step, windows: Array(content.windows.values))
            var answers: [CounterAnswer] = []
            for question in batch.questions {
                answers.append(page.apply(question))
                guard fault == .chargesInPart, answers.last?.isCharged == false else { continue }
                for part in question.parts { _ = page.apply(CounterQuestion(parts: [part])) }
            }
            for window in page.changes {
                content.windows[CounterID(subject: window.subject, identity: window.identity)] = window
            }
            return CounterReport(time: time, setBack: content.setBack, answers: answers)
        }
    }

    func setClockBack(by nanoseconds: Int64, after correction: Int64, hasCharged: Bool) {
        content.withLock { content in
            guard content.setBack == correction || fault == .correctsTwice else { return }
            content.setBack += nanoseconds
            guard hasCharged else { return }
            content.step = CounterStep(
                noticedAt: MonotonicInstant(
                    nanoseconds: milliseconds() * 1_000_000 + content.stepped - content.setBack),
                nanoseconds: max(nanoseconds, content.step?.nanoseconds ?? 0))
        }
    }

    func confirmCounters(_ name: String) -> Bool {
        content.withLock { content in
            guard content.counters?.name == name else { return false }
            content.countersConfirmedAt = milliseconds()
            return true
        }
    }

    func nameCounters(_ name: String, afterSilenceOf silence: Duration) -> CounterNaming {
        content.withLock { content in
            let (seconds, attoseconds) = silence.components
            let age = seconds * 1000 + attoseconds / 1_000_000_000_000_000
            if let current = content.counters {
                let isSilent = milliseconds() - content.countersConfirmedAt > age || fault == .namesTwo
                guard current.name != name, isSilent else { return current }
            }
            let naming = CounterNaming(name: name, losses: content.counters.map { $0.losses + 1 } ?? 0)
            (content.counters, content.countersConfirmedAt) = (naming, milliseconds())
            return naming
        }
    }

    // MARK: Calls

    func pass(_ finishes: [PassedFinish]) -> (outcomes: [PassedFinish.Outcome?], told: Set<NodeMark>) {
        content.withLock { content in
            var told: Set<NodeMark> = []
            let outcomes = finishes.map { finish -> PassedFinish.Outcome? in
                if let known = content.finishes[finish.grant], fault != .answersFinishesAnew { return known.outcome }
                let tag = NodeMark(of: finish.grant)
                guard fault == .findsStrangersGrants || content.members.keys.contains(where: { NodeMark($0) == tag })
                else { return .unknown }
                if fault != .losesFinishes {
                    content.finishes[finish.grant] = Finish(finish: finish, at: milliseconds())
                }
                told.insert(tag)
                return nil
            }
            return (outcomes, told)
        }
    }

    func outcomes(of grants: [GrantID]) -> [GrantID: PassedFinish.Outcome] {
        content.withLock { content in
            content.finishes.filter { grants.contains($0.key) }.compactMapValues(\.outcome)
        }
    }

    func finishes(passedTo node: NodeMark, limit: Int) -> [PassedFinish] {
        content.withLock { content in
            let waiting = content.finishes.values.filter { NodeMark(of: $0.finish.grant) == node && $0.outcome == nil }
            return waiting.prefix(limit).map(\.finish)
        }
    }

    func answer(_ outcomes: [GrantID: PassedFinish.Outcome]) {
        content.withLock { content in
            for (grant, outcome) in outcomes where content.finishes[grant]?.outcome == nil {
                content.finishes[grant]?.outcome = outcome
            }
        }
    }

    func forgetFinishes(olderThan age: Int64) -> Int {
        content.withLock { content in
            if fault == .keepsFinishes { return 0 }
            let before = content.finishes.count
            content.finishes = content.finishes.filter { $0.value.at >= milliseconds() - age }
            return before - content.finishes.count
        }
    }

    func hold(_ claims: [PlaceClaim], by node: NodeID) -> [Int64] {
        content.withLock { content in
            claims.map { claim in
                guard content.members[node] != nil else { return 0 }
                var claim = claim
                if fault == .losesFloors { claim.floor = 0 }
                var others: Int64 = 0
                for (other, held) in content.places[claim.subject] ?? [:] where other != node { others += held }
                let held = claim.granted(besides: fault == .givesEveryPlace ? 0 : others)
                content.places[claim.subject, default: [:]][node] = held
                return held
            }
        }
    }

    /// How many places of a subject the nodes hold together.
    package func placesHeld(of subject: Subject) -> Int64 {
        content.withLock { $0.places[subject]?.values.reduce(0, +) ?? 0 }
    }

    // MARK: Changes

    func note(_ change: Change) {
        content.withLock { content in
            if fault == .keepsUndoneChanges, content.log[change.epoch] != nil { return }
            content.log[change.epoch] = change
        }
    }

    func changes(after epoch: Int64, upTo newest: Int64, limit: Int) -> [Change]? {
        content.withLock { content in
            guard epoch >= content.prunedUpTo else { return nil }
            guard epoch < newest else { return [] }
            let last = fault == .ignoresLimits ? newest : min(newest, epoch + Int64(limit))
            var changes: [Change] = []
            for number in (epoch + 1)...last {
                guard let change = content.log[number] else { return nil }
                changes.append(change)
            }
            return distort(changes)
        }
    }

    private func distort(_ changes: [Change]) -> [Change] {
        switch fault {
        case .skipsAChange where changes.count > 2: Array(changes.prefix(1) + changes.dropFirst(2))
        case .hidesTheNewest: changes.dropLast()
        case .reversesChanges: changes.reversed()
        case .losesDigests:
            changes.map { change in
                guard case .imports(let digests) = change.subject else { return change }
                return Change(epoch: change.epoch, subject: .imports(Array(digests.prefix(10))))
            }
        default: changes
        }
    }

    // MARK: Nodes

    func join(_ node: NodeDescription, epoch: Int64) -> StoreState {
        content.withLock { content in
            if fault != .keepsPlacesOfJoiners { content.forgetPlaces(of: [node.id]) }
            content.lastBeat += 1
            content.members[node.id] = Member(description: node, epoch: epoch, beat: content.lastBeat)
            if fault == .namesItselfAnew { content.incarnation += 1 }
            return StoreState(incarnation: "simulated \(content.incarnation)", epoch: epoch)
        }
    }

    /// - Returns: The incarnation, if the node is known.
    func confirm(_ node: NodeID, epoch: Int64) -> String? {
        content.withLock { content in
            guard content.members[node] != nil || fault == .confirmsStrangers else { return nil }
            if fault != .losesConfirmedEpochs { content.members[node]?.epoch = epoch }
            content.lastBeat += 1
            if fault != .repeatsBeats { content.members[node]?.beat = content.lastBeat }
            return "simulated \(content.incarnation)"
        }
    }

    func leave(_ node: NodeID) {
        guard fault != .keepsWhoLeft else { return }
        content.withLock { content in
            content.members[node] = nil
            content.forgetPlaces(of: [node])
        }
    }

    func forget(_ silent: [NodeStanding]) -> [NodeID] {
        content.withLock { content in
            let gone = silent.filter { standing in
                guard let member = content.members[standing.node.id] else { return false }
                return switch fault {
                case .forgetsWhoeverIsNamed: true
                case .forgetsNobody: false
                default: member.beat == standing.beat
                }
            }.map(\.node.id)
            for id in gone { content.members[id] = nil }
            if fault != .keepsPlaces { content.forgetPlaces(of: Set(gone)) }
            return gone.sorted()
        }
    }

    package func nodes() -> [NodeStanding] {
        content.withLock { content in
            guard fault != .listsNobody else { return [] }
            return content.members.values.sorted { $0.description.id < $1.description.id }.map { member in
                var description = member.description
                if fault == .losesHosts { description.host = "" }
                if fault == .beatsByItself { content.lastBeat += 1 }
                return NodeStanding(
                    node: description, epoch: member.epoch,
                    beat: fault == .beatsByItself ? content.lastBeat : member.beat)
            }
        }
    }

    // MARK: Notices

    func tell(_ notice: StoreNotice) {
        switch (notice, fault) {
        case (.changed, .tellsNoChanges), (.confirmed, .tellsNoConfirmations), (.recalled, .tellsNoRecalls): return
        default: break
        }
        for opening in content.withLock({ $0.stores }) { opening.store?.receive(notice) }
    }
}
