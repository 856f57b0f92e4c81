import LanyardCore
import LanyardEngine
import LanyardHTTP
import LanyardManagement
import LanyardStorage
import LanyardWire
import Logging

/// A body that was refused before anything was read out of it.
struct RefusedBody: Error {
    let problem: ManagementProblem
}

extension CallAnswer {
    /// A remembered or new answer, with where its change holds at the end of its object.
    init(_ change: AnsweredChange) {
        var writer = JSONWriter()
        writer.object { AppliedAnswer(change.acknowledgement).writeMembers(to: &$0) }
        // `{"key":…}` and `{"acknowledged_by":…}` become one object.
        let body = change.answer.body.dropLast() + [UInt8(ascii: ",")] + writer.bytes.dropFirst()
        self = .json(status: change.answer.status, body: Array(body), fields: [(.cacheControl, "no-store")])
    }

    /// What a use-case that failed is answered with. A malfunction is logged, and told as `unavailable`.
    init(problemFor error: any Error, _ logger: Logger? = nil) {
        switch error {
        case let error as RefusedBody: self.init(error.problem)
        case let error as InvalidRequest: self.init(.invalid(error))
        case let error as ManagementError: self = .problem(ProblemResponse(error))
        default:
            logger?.error("a key could not be changed by its holder", metadata: ["reason": "\(Self.reason(error))"])
            self.init(.unavailable("The change could not be stored, or not be applied."))
        }
    }

    /// Only our own errors vouch for a description without secrets.
    private static func reason(_ error: any Error) -> String {
        switch error {
        case let error as StoreError: error.description
        case let error as EngineError: error.description
        default: "\(type(of: error))"
        }
    }
}

extension AppliedAnswer {
    init(_ acknowledgement: Acknowledgement) {
        self.init(
            acknowledgedBy: acknowledgement.acknowledgedBy, pending: acknowledgement.pending,
            elapsedMicroseconds: acknowledgement.elapsedMicroseconds)
    }
}

extension OwnKeyAnswer {
    init(_ details: KeyDetails, now: Timestamp) {
        self.init(
            record: details.record, projectName: details.project.name,
            account: details.account.map(AccountReference.init), scopes: details.effectiveScopes,
            now: now)
    }
}
