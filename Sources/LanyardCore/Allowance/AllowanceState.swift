import Synchronization

// # The state of a subject's allowances
//
// One object for each key or account that a node has seen: its windows, the calls it holds open, and what it used since
// the last flush. It is apart from the key cache: two secrets of one key share it, and evicting or reloading the key
// never resets it. The current limits stand here too, and not in the cached key, so that one change of a limit takes
// effect for every decision at once, even one that began with an older copy of the key.
//
// The lock is held for a few hundred nanoseconds and never over I/O. A decision that needs two states (the key's and its
// account's) takes the key's first, always, so that two decisions can't wait for each other.

package final class AllowanceState: Sendable {
    package let subject: Subject
    private let content: Mutex<Content>

    // @unchecked: the memory of the windows, the tally and the books are not Sendable, but they are reached through this value
    // alone, and that under the lock.
    struct Content: ~Copyable, @unchecked Sendable {
        var limits: LimitSet = .none
        /// The newest change that the limits come from: an older load must not undo a newer one.
        var epoch: Int64 = -1
        var windows = WindowMemory()
        /// An object of its own, for most states have nothing to count most of the time.
        var tally: TallyBox?
        fileprivate var books: OutsideBooks?
        var maximumInFlight: Int32 = .max
        var inFlight: Int32 = 0
        /// In a list of the engine's, waiting to be flushed.
        var isListed = false
        /// A window has changed since it was last saved.
        var isUnsaved = false
        let countsTogether: Bool
    }

    /// - Parameter countsTogether: Whether this node shares its windows with others, and must ask before it charges them.
    package init(subject: Subject, countsTogether: Bool = false) {
        self.subject = subject
        content = Mutex(Content(countsTogether: countsTogether))
    }

    /// Sets what holds from now on, keeping the counts of every window whose unit and length stay. Older epochs are ignored.
    /// - Returns: Whether leases are to be given back: the keeper must ask the ledger.
    @discardableResult
    package func configure(
        limits: LimitSet, quotas: QuotaSet = .none, maximumInFlight: Int32?, epoch: Int64
    ) -> Bool {
        content.withLock { content in
            guard epoch >= content.epoch else { return false }
            let isNewer = epoch > content.epoch
            content.epoch = epoch
            content.maximumInFlight = maximumInFlight ?? .max
            if content.countsTogether, maximumInFlight != nil, content.places == nil { content.places = PlaceBook() }
            if content.countsTogether {
                if limits.rules.isEmpty {
                    content.shared = nil
                } else if content.shared?.limits !== limits {
                    content.shared = SharedWindows(limits)
                }
            } else if content.limits !== limits {
                if content.windows.areThere {
                    content.windows = AllowanceState.migrate(content.windows, from: content.limits, to: limits)
                }
                content.limits = limits
            }
            if content.quotas == nil, !quotas.rules.isEmpty {
                content.quotas = QuotaBook(quotas)
            } else if let book = content.quotas, isNewer || book.set != quotas {
                book.redefine(quotas, of: subject, epoch: epoch)
                if book.set.rules.isEmpty, book.isEmpty { content.quotas = nil }
                return !book.isEmpty && book.list()
            }
            return false
        }
    }

    /// The next limits count as newer, whatever number they come with: the store is another one.
    package func forgetEpoch() {
        content.withLock { $0.epoch = -1 }
    }

    private static func migrate(_ old: borrowing WindowMemory, from: LimitSet, to: LimitSet) -> WindowMemory {
        guard !to.rules.isEmpty else { return WindowMemory() }
        let new = WindowMemory(words: to.words)
        for rule in to.rules {
            guard let previous = from.rules.first(where: { $0.identity == rule.identity }) else { continue }
            let snapshot = old.withRing(previous) { $0.snapshot() }
            new.withRing(rule) { $0.restore(snapshot) }
        }
        return new
    }

    /// Runs `body` under this state's lock.
    @inline(__always)
    func withContent<Result: ~Copyable>(_ body: (inout sending Content) -> sending Result) -> sending Result {
        content.withLock(body)
    }
}

// MARK: - What is counted elsewhere

/// What a state knows of what others count. One object for all three, because most states have none of them: a decision
/// sees it in one place.
fileprivate final class OutsideBooks {
    var quotas: QuotaBook?
    var shared: SharedWindows?
    var places: PlaceBook?

    var isEmpty: Bool { quotas == nil && shared == nil && places == nil }
}

extension AllowanceState.Content {
    /// `nil` where no quota is defined.
    var quotas: QuotaBook? {
        get { books?.quotas }
        set { setBook(\.quotas, newValue) }
    }

    /// Where several nodes count the limits together: what is known of them. ``limits`` is empty then.
    var shared: SharedWindows? {
        get { books?.shared }
        set { setBook(\.shared, newValue) }
    }

    /// Where several nodes count the calls in flight together: what this one holds.
    var places: PlaceBook? {
        get { books?.places }
        set { setBook(\.places, newValue) }
    }

    private mutating func setBook<Book>(_ place: ReferenceWritableKeyPath<OutsideBooks, Book?>, _ book: Book?) {
        if book == nil, books == nil { return }
        let all = books ?? OutsideBooks()
        all[keyPath: place] = book
        books = all.isEmpty ? nil : all
    }
}

// MARK: - Calls held open

extension AllowanceState {
    /// Ends one call.
    /// - Returns: Whether its place is to be given back, and the keeper of places must be told.
    @discardableResult
    package func endCall() -> Bool {
        content.withLock { content in
            content.inFlight = max(0, content.inFlight - 1)
            guard let book = content.places, !book.isListed,
                book.held - content.inFlight > content.maximumInFlight / PlaceBook.spareDivisor
            else { return false }
            book.isListed = true
            return true
        }
    }

    /// Calls open now.
    package var callsInFlight: Int {
        content.withLock { Int($0.inFlight) }
    }
}

// MARK: - What lasts

/// A window as it is saved.
public struct SavedWindow: Hashable, Sendable {
    /// Whose window it is.
    public var subject: Subject
    /// Which of the subject's windows.
    public var identity: WindowIdentity
    /// What it counts.
    public var snapshot: WindowSnapshot

    /// A saved window.
    public init(subject: Subject, identity: WindowIdentity, snapshot: WindowSnapshot) {
        self.subject = subject
        self.identity = identity
        self.snapshot = snapshot
    }
}

extension SavedWindow {
    /// Whether everything that it counts has left the window at `now`, by the clock that it is counted by.
    package func hasLeft(by now: MonotonicInstant) -> Bool {
        guard let newest = snapshot.amounts.lastIndex(where: { $0 != 0 }) else { return true }
        // Numbers from a file: what overflows is no window's, and stays.
        let bucket = snapshot.head.addingReportingOverflow(Int64(newest + 1))
        let length = identity.windowMilliseconds.multipliedReportingOverflow(
            by: WindowRing.bucketNanosecondsPerMillisecond)
        let end = bucket.partialValue.multipliedReportingOverflow(by: length.partialValue)
        if bucket.overflow || length.overflow || end.overflow || length.partialValue <= 0 { return false }
        return end.partialValue <= now.nanoseconds
    }
}

/// What a state hands to the flusher.
package struct FlushedState: Sendable {
    package var tally: UsageTally?
    /// Changed windows. An empty one means that the saved row can go.
    package var windows: [SavedWindow]
}

extension AllowanceState {
    /// Takes what is to be written down. Windows of at most `shortest` are left out unless `everything` is asked for:
    /// saving one each second would outlast what it counts.
    package func flush(now: MonotonicInstant, everything: Bool) -> FlushedState {
        content.withLock { content in
            content.isListed = false
            var windows: [SavedWindow] = []
            if content.isUnsaved || everything, content.windows.areThere {
                content.isUnsaved = false
                for rule in content.limits.rules where everything || rule.definition.windowMilliseconds > 1000 {
                    let snapshot = content.windows.withRing(rule) { ring in
                        ring.advance(to: now)
                        return ring.snapshot()
                    }
                    windows.append(SavedWindow(subject: subject, identity: rule.identity, snapshot: snapshot))
                }
            }
            let tally = content.tally?.content
            content.tally = nil
            return FlushedState(tally: tally, windows: windows)
        }
    }

    /// Says that the windows of the last flush could not be written, so that the next one takes them again; `true` where
    /// the state must be listed for it.
    package func markUnsaved() -> Bool {
        content.withLock { content in
            content.isUnsaved = true
            defer { content.isListed = true }
            return !content.isListed
        }
    }

    /// Whether nothing would be lost with this object: no unit counted, no call open, nothing to flush.
    package func isForgettable(now: MonotonicInstant) -> Bool {
        content.withLock { content in
            guard content.inFlight == 0, content.tally == nil, !content.isListed, !content.isUnsaved,
                content.quotas?.isEmpty ?? true, content.places.map({ $0.held == 0 && !$0.isUnanswered }) ?? true
            else { return false }
            guard content.windows.areThere else { return true }
            for rule in content.limits.rules {
                let total = content.windows.withRing(rule) { ring in
                    ring.advance(to: now)
                    return ring.total
                }
                if total > 0 { return false }
            }
            content.windows = WindowMemory()
            return true
        }
    }

    /// Takes over a window that an earlier process saved. It may come before the limits are known, so it is kept as a rule
    /// of its own until ``configure(limits:quotas:maximumInFlight:epoch:)`` names the real ones.
    package func restore(_ windows: [SavedWindow]) {
        content.withLock { content in
            precondition(content.epoch < 0, "windows are restored before any limit is configured")
            let provisional = LimitSet(
                windows.map { window in
                    let definition = LimitDefinition(
                        name: "restored", unit: window.identity.unit, amount: LimitDefinition.Bounds.nanoUSD.upperBound,
                        windowMilliseconds: window.identity.windowMilliseconds)
                    return (definition, window.identity.source)
                })
            let memory = WindowMemory(words: provisional.words)
            for (rule, window) in zip(provisional.rules, windows) {
                memory.withRing(rule) { $0.restore(window.snapshot) }
            }
            content.limits = provisional
            content.windows = memory
        }
    }
}
