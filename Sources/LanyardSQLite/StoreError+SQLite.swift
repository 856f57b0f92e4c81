import GRDB
import LanyardStorage

extension StoreError {
    /// What a failure of SQLite's means. The context is SQLite's own message, which names tables and columns and never
    /// the values of rows.
    init(_ error: DatabaseError, while doing: String) {
        let said = error.message.map { ": \($0)" } ?? ""
        self.init(Code(error), "\(doing)\(said) (SQLite \(error.extendedResultCode.rawValue))")
    }

    /// Any error of a statement, as a store's error; what is one already passes unchanged.
    static func from(_ error: any Error, while doing: String) -> StoreError {
        switch error {
        case let error as StoreError: error
        case let error as DatabaseError: StoreError(error, while: doing)
        case is RowDecodingError: StoreError(.corrupted, "\(doing): a column can't be read")
        // GRDB throws nothing else; its description is not ours to vouch for.
        default: StoreError(.inputOutput, "\(doing): \(type(of: error))")
        }
    }

    /// Whether the transaction goes on as if the statement had never been tried. After any other failure what SQLite has
    /// kept of the transaction is uncertain, so nothing more may be built upon it.
    var leavesTransactionWhole: Bool { code == .constraint }
}

extension StoreError.Code {
    fileprivate init(_ error: DatabaseError) {
        switch error.resultCode {
        case .SQLITE_BUSY, .SQLITE_LOCKED: self = .locked
        case .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_FORMAT: self = .corrupted
        case .SQLITE_READONLY, .SQLITE_PERM: self = .readOnly
        case .SQLITE_FULL: self = .full
        case .SQLITE_CANTOPEN: self = .cannotOpen
        case .SQLITE_CONSTRAINT, .SQLITE_MISMATCH, .SQLITE_TOOBIG: self = .constraint
        default: self = .inputOutput
        }
    }
}
