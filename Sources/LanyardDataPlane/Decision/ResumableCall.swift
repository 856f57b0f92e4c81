import LanyardCore
import LanyardHTTP

/// A call that goes on where it stopped, once what it lacked was fetched. Used on one event loop only.
protocol ResumableCall: AnyObject {
    /// What its request is called, in the answer and in logs.
    var requestID: String { get }

    /// Goes on until the answer is known or something is missing. Decisions are taken anew, by present state and time.
    func advance() -> CallProgress

    /// What shared counters have answered for the decision that lacked it; it alone takes it.
    var receipt: CounterReceipt? { get set }

    /// What was asked for last can't be had, or not in time: the decision that lacked it is denied `unavailable`.
    func miss()

    /// The client has gone. Gives back what the call holds.
    func abandon()
}

/// How far a call has come.
enum CallProgress {
    case answer(CallAnswer)
    /// To be fetched; then the call goes on. The first is what is missing now. The others will be: they are fetched at the
    /// same time, and asked for again if that fails.
    case needs([Ticket])
    /// To be run off the event loop; its answer is the call's.
    case runs(@Sendable () async -> CallAnswer)
}

/// An answer, before it is known how its connection goes on.
enum CallAnswer: Sendable {
    case grant(ResolvedKey, ContiguousArray<LimitReading>)
    case problem(ProblemResponse)
    case json(status: Int, body: [UInt8], fields: [(FieldName, String)] = [])
}
