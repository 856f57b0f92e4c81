public import LanyardStorage

/// A malfunction of the engine: it could not find out, which is never the same as a denial.
public enum EngineError: Error, Sendable, Equatable, CustomStringConvertible {
    /// More look-ups or tracked keys than the configuration allows.
    case overloaded(String)
    /// The store failed.
    case store(StoreError)
    /// The engine was shut down.
    case closed

    init(_ error: any Error) {
        self =
            switch error {
            case let error as EngineError: error
            case let error as StoreError: .store(error)
            default: .store(StoreError(.inputOutput, "an unexpected error of type \(type(of: error))"))
            }
    }

    /// What happened, without secrets.
    public var description: String {
        switch self {
        case .overloaded(let what): "overloaded: \(what)"
        case .store(let error): "store: \(error)"
        case .closed: "closed"
        }
    }
}
