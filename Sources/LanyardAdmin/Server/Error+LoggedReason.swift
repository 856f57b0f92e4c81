import LanyardEngine
import LanyardStorage

extension Error {
    /// What a log may say of an error: only our own vouch for a description without secrets.
    var loggedReason: String {
        switch self {
        case let error as StoreError: error.description
        case let error as EngineError: error.description
        default: "\(type(of: self))"
        }
    }
}
