public import LanyardStorage

extension StoreSource {
    /// A SQLite database in the file at `path`, made where there is none, readable by its owner alone. One process at a
    /// time can have it open; a commit has reached the disk when the write returns.
    ///
    /// Opening throws ``StoreError``: `locked` (naming the process that has it), `corrupted`, `readOnly`, `schemaTooNew`,
    /// `cannotOpen`.
    public static func sqlite(_ path: String) -> StoreSource {
        StoreSource { try await SQLiteStore.open(path: path) }
    }

    /// A SQLite database in memory: nothing of it outlasts the store. Each opening makes another.
    public static var inMemory: StoreSource {
        StoreSource { try await SQLiteStore.openInMemory() }
    }
}
