import CLanyardPQ
import LanyardStorage

/// What PostgreSQL said to a statement that it refused. Its primary message names tables, columns and settings; details
/// and hints, which may quote the values of rows, are never taken.
struct ServerError: Error {
    /// The five characters of PostgreSQL's appendix A.
    let state: String
    let message: String

    /// The statement broke a rule of the schema, or its values were not such as the columns take.
    var isRefusal: Bool { state.hasPrefix("23") || state.hasPrefix("22") }

    /// The same transaction may well succeed when it is run again.
    var isPassing: Bool { state == "40001" || state == "40P01" }

    /// The server ends the connection after saying this.
    var endsConnection: Bool {
        state.hasPrefix("08") || state.hasPrefix("57P") || state == "25P03" || state == "25P04"
    }
}

/// Why a statement has no result.
enum StatementFailure: Error {
    case refused(ServerError)
    /// The connection is gone, or its server did not answer in time. Whether the statement was carried out is not known.
    case lost(String)
}

extension StoreError {
    init(_ failure: StatementFailure, while doing: String) {
        switch failure {
        case .refused(let error):
            self.init(Code(state: error.state), "\(doing): \(error.message) (PostgreSQL \(error.state))")
        case .lost(let reason):
            self.init(.unavailable, "\(doing): \(reason)")
        }
    }

    /// Any error of a statement, as a store's error; what is one already passes unchanged.
    static func from(_ error: any Error, while doing: String) -> StoreError {
        switch error {
        case let error as StoreError: error
        case let failure as StatementFailure: StoreError(failure, while: doing)
        default: StoreError(.inputOutput, "\(doing): \(type(of: error))")
        }
    }
}

extension StoreError.Code {
    /// What a state of PostgreSQL's (appendix A of its manual) means.
    init(state: String) {
        switch state {
        case "25006", "42501": self = .readOnly
        case "53100": self = .full
        case "57014", "55P03", "40001", "40P01", "53000", "53200", "53300", "25P03": self = .unavailable
        case "28000", "28P01", "3D000": self = .cannotOpen
        case "XX001", "XX002": self = .corrupted
        case let state where state.hasPrefix("22") || state.hasPrefix("23"): self = .constraint
        case let state where state.hasPrefix("08") || state.hasPrefix("57P"): self = .unavailable
        default: self = .inputOutput
        }
    }
}
