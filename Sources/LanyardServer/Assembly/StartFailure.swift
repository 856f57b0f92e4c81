import LanyardStorage
import NIOCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Why a server did not start, or ended: for the person who started it.
package struct StartFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// One sentence: what happened.
    package let sentence: String
    /// One sentence: what to do about it.
    package let fix: String?

    init(_ sentence: String, fix: String?) {
        self.sentence = SecretScrubber.scrubbed(sentence)
        self.fix = fix.map(SecretScrubber.scrubbed)
    }

    package var description: String { fix.map { "\(sentence) \($0)" } ?? sentence }
}

extension StartFailure {
    static func adminKeyFileExists(_ path: String) -> StartFailure {
        StartFailure(
            "This database has no administrator yet, but \(path) exists: it may hold the admin secret of another one.",
            fix: "Move it away, or name another file with \(Setting.adminKeyFile.flag).")
    }

    static func adminKeyFile(_ path: String, _ problem: FileProblem) -> StartFailure {
        StartFailure(
            "The admin secret can't be written to \(path): \(problem).",
            fix: "Name a file in a folder that can be written with \(Setting.adminKeyFile.flag).")
    }

    static func readyFile(_ path: String, _ problem: FileProblem) -> StartFailure {
        StartFailure(
            "The addresses can't be written to \(path): \(problem).",
            fix: "Name a file in a folder that can be written with \(Setting.readyFile.flag).")
    }

    static func certificate(_ what: String, _ path: String, _ reason: String, _ setting: Setting) -> StartFailure {
        StartFailure(
            "The \(what) in \(path) can't be used: \(reason).",
            fix: "Check the file that \(setting.flag) names: it must be PEM, and readable for this user.")
    }

    /// Why a database can't be opened or used.
    static func database(_ location: DatabaseLocation, _ error: StoreError) -> StartFailure {
        let fix =
            switch location {
            case .sqlite: fix(error.code)
            case .postgres: serverFix(error.code)
            }
        return StartFailure("The database \(location) can't be used: \(error.context).", fix: fix)
    }

    /// What to do about a database server.
    private static func serverFix(_ code: StoreError.Code) -> String? {
        switch code {
        case .unavailable:
            "Check that the server runs, that it can be reached from here, and, with TLS, that its certificate has the "
                + "address's name and comes from an authority that this machine or sslrootcert trusts."
        case .cannotOpen:
            "Check user, database and password (PGPASSWORD, PGPASSFILE or \(Setting.databasePasswordFile.flag)), and the "
                + "server's settings."
        case .readOnly: "Name the primary server, and let the user create a schema in the database."
        case .full: "Make room on the server's disk."
        case .corrupted: "Restore the database from a backup."
        case .schemaTooNew, .unfinishedCopy, .moved: code.fix
        case .locked, .removed, .closed, .constraint, .inputOutput: nil
        }
    }

    private static func fix(_ code: StoreError.Code) -> String? {
        guard code.isOfThisFile else { return code.fix }
        return code.fix.map { "\($0.dropLast()), or name another file with \(Setting.database.flag)." }
    }

    /// Why a listener does not listen. What nothing better is known of is told by its type alone: a library's text may
    /// hold anything.
    static func listener(_ setting: Setting, _ address: ListenAddress, _ error: any Error) -> StartFailure {
        let reason: String
        let fix: String
        switch (error as? IOError)?.errnoCode {
        case EADDRINUSE:
            reason = "the address is in use"
            fix = "End the program that listens there, or choose another address with \(setting.flag)."
        case EACCES:
            reason = "permission denied"
            fix = "Ports below 1024 need a privilege: choose a higher one with \(setting.flag)."
        case EADDRNOTAVAIL:
            reason = "this machine has no such address"
            fix = "Choose one of its own, or :\(address.port) for all, with \(setting.flag)."
        case let code?:
            reason = FileProblem(code: code).description
            fix = "Choose another address with \(setting.flag)."
        case nil where error is SocketAddressError || error is SocketAddressError.UnknownHost:
            reason = "the name is not known"
            fix = "Give an address, or a name that resolves, with \(setting.flag)."
        case nil:
            reason = "\(type(of: error))"
            fix = "Choose another address with \(setting.flag)."
        }
        return StartFailure("The \(setting.rawValue) listener can't listen on \(address): \(reason).", fix: fix)
    }

    /// What went wrong where nothing better is known.
    static func unexpected(_ error: any Error) -> StartFailure {
        switch error {
        case let failure as StartFailure: failure
        case let error as StoreError: StartFailure("The database failed: \(error.context).", fix: fix(error.code))
        default: StartFailure("The server failed: \(type(of: error)).", fix: nil)
        }
    }
}
