import LanyardCore
import LanyardEngine

/// A forward-auth call whose key has to be fetched first.
final class AuthorizeCall: ResumableCall {
    private let question: Question
    private let dialect: ProxyDialect
    private let responder: DataPlaneResponder
    let requestID: String
    private var rounds = 0
    private var isMissed = false
    var receipt: CounterReceipt?

    init(
        _ question: Question, _ dialect: ProxyDialect, _ request: IncomingRequest, _ responder: DataPlaneResponder
    ) {
        requestID = responder.requestID(for: request)
        self.question = question
        self.dialect = dialect
        self.responder = responder
    }

    func wait(for ticket: Ticket) -> CallProgress {
        guard rounds < KeyEngine.maximumRounds else {
            miss()
            return advance()
        }
        rounds += 1
        return .needs([ticket])
    }

    func advance() -> CallProgress {
        let decision: Decision
        if isMissed {
            responder.report.reset()
            decision = .deny(Denial(.unavailable))
        } else {
            decision = question.decide(on: responder.decisions, receipt: receipt, report: &responder.report)
        }
        if case .needs(let ticket) = decision { return wait(for: ticket) }
        return .answer(responder.authorized(decision, dialect))
    }

    func miss() {
        isMissed = true
        responder.decisions.countUnattributed(.unavailable, now: responder.decisions.now)
    }

    func abandon() {}
}
