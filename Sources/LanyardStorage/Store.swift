// # Stores
//
// A store keeps what must last. It hands out transactions: a closure reads or writes through a synchronous transaction
// and returns a value, and the store runs it where blocking is allowed, never on an event loop. So a use-case that reads,
// checks and writes is one function, the same for every store, and either all of it lasts or nothing does.
//
// Every adapter passes the same conformance suite (`LanyardTesting`).

/// Where keys, projects, accounts, plans, roles, policies, usage and the audit log last.
public protocol Store: Sendable {
    /// Reads one consistent state. The body may run more than once, and must have no effects of its own.
    /// - Throws: ``StoreError``, or what the body throws.
    func read<Result: Sendable>(
        _ body: @escaping @Sendable (any StoreReading) throws -> Result
    ) async throws -> Result

    /// As ``read(_:)``, for reports that may take long: however many are asked for, they hold up nothing else. By default
    /// it is that.
    /// - Throws: ``StoreError``, or what the body throws.
    func report<Result: Sendable>(
        _ body: @escaping @Sendable (any StoreReading) throws -> Result
    ) async throws -> Result

    /// Reads and writes in one transaction, alone among writers. When this returns, everything written has reached the
    /// disk; when it throws, nothing of it lasts. Several callers' bodies may share one commit, each undone by itself.
    /// The body may run more than once, and must have no effects of its own.
    /// - Throws: ``StoreError``, or what the body throws.
    func write<Result: Sendable>(
        _ body: @escaping @Sendable (any StoreWriting) throws -> Result
    ) async throws -> Result

    /// A transaction on the ledger alone. It need not be alone among writers, for it locks the rows that it touches;
    /// otherwise it is as ``write(_:)``, and by default it is that.
    /// - Throws: ``StoreError``, or what the body throws.
    func ledger<Result: Sendable>(
        _ body: @escaping @Sendable (any LedgerWriting) throws -> Result
    ) async throws -> Result

    /// Finishes what was begun and closes; whatever comes later throws ``StoreError/Code/closed``.
    func close() async throws
}

extension Store {
    /// For a store whose readers hold nobody up.
    public func report<Result: Sendable>(
        _ body: @escaping @Sendable (any StoreReading) throws -> Result
    ) async throws -> Result {
        try await read(body)
    }
}

/// A malfunction of a store: never a refusal, and never with a secret in it.
public struct StoreError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What went wrong, for programs.
    public enum Code: String, Sendable, CaseIterable {
        /// Another process has it open.
        case locked
        /// Its content is damaged.
        case corrupted
        /// It can't be written: permissions, or a read-only file system.
        case readOnly = "read_only"
        /// The disk is full.
        case full
        /// Its file was deleted or replaced while it was open: what would be written now would be lost.
        case removed
        /// A newer version of Lanyard has written it.
        case schemaTooNew = "schema_too_new"
        /// A copy into it has not been finished: it may lack anything.
        case unfinishedCopy = "unfinished_copy"
        /// Its content has moved to another store: what is changed there is not known here.
        case moved
        /// It can't be opened.
        case cannotOpen = "cannot_open"
        /// It was closed.
        case closed
        /// It could not be reached, or did not answer in time.
        case unavailable
        /// A rule of the schema was broken: a fault of Lanyard's.
        case constraint
        /// Any other fault of reading or writing.
        case inputOutput = "input_output"
    }

    /// What went wrong.
    public let code: Code
    /// What was being done, and what the store's library said, for people; no values of rows.
    public let context: String

    /// An error of a store.
    public init(_ code: Code, _ context: String) {
        self.code = code
        self.context = context
    }

    /// Compares codes: prose may change.
    public static func == (left: StoreError, right: StoreError) -> Bool {
        left.code == right.code
    }

    /// `code: context`.
    public var description: String { "\(code.rawValue): \(context)" }
}

/// Which store to open: `.sqlite(path)`, `.inMemory`, or whatever another adapter adds.
public struct StoreSource: Sendable {
    /// Opens the store, bringing its schema up to date.
    public let open: @Sendable () async throws -> any Store

    /// A source of an adapter's.
    public init(open: @escaping @Sendable () async throws -> any Store) {
        self.open = open
    }
}
