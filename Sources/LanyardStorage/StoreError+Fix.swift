extension StoreError.Code {
    /// What a person can do about it, in a sentence; `nil` where nothing general can be said.
    package var fix: String? {
        switch self {
        case .locked: "End the process that has it open."
        case .corrupted:
            "Restore it from a backup; keep the damaged file and those beside it (-wal, -shm) until you have."
        case .readOnly: "Let this user write the file and its folder."
        case .full: "Make room on the disk."
        case .removed: "Stop the server, put the file back or restore it from a backup, and start again."
        case .schemaTooNew: "Start the newer version of Lanyard that has written it."
        case .unfinishedCopy: "Finish it: lanyard store copy --finish."
        case .moved:
            "Serve that store. To go back to this one, and lose what has changed since: lanyard store reopen."
        case .cannotOpen: "Check that its folder exists and that this user may write there."
        case .closed, .unavailable, .constraint, .inputOutput: nil
        }
    }

    /// Whether another file would do as well.
    package var isOfThisFile: Bool {
        switch self {
        case .locked, .readOnly, .cannotOpen: true
        case .corrupted, .full, .removed, .schemaTooNew, .unfinishedCopy, .moved, .closed, .unavailable, .constraint,
            .inputOutput:
            false
        }
    }
}
