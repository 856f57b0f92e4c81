import HTTPTypes
import LanyardCore
import LanyardEngine
import LanyardManagement
import LanyardWire

extension AppliedAnswer {
    init(_ acknowledgement: Acknowledgement) {
        self.init(
            acknowledgedBy: acknowledgement.acknowledgedBy, pending: acknowledgement.pending,
            elapsedMicroseconds: acknowledgement.elapsedMicroseconds)
    }
}

extension Changed {
    /// `{"<name>": {…}, "acknowledged_by": …}`.
    func answer(_ name: AnswerName, _ object: (Value) -> some JSONWritable) -> AdminAnswer {
        var answer = ObjectAnswer(name, object(value))
        answer.applied = AppliedAnswer(acknowledgement)
        return .json(answer)
    }
}

extension AnsweredChange {
    /// The answer, with where the change holds where the answer tells it: that is known only after the commit, and so is
    /// no part of what is remembered.
    func adminAnswer(tellsApplied: Bool, holdsSecret: Bool) -> AdminAnswer {
        var body = answer.body
        if tellsApplied, body.last == UInt8(ascii: "}") {
            var writer = JSONWriter()
            writer.object { AppliedAnswer(acknowledgement).writeMembers(to: &$0) }
            body.removeLast()
            body.append(UInt8(ascii: ","))
            body.append(contentsOf: writer.bytes.dropFirst())
        }
        return .bytes(body, status: HTTPResponse.Status(code: answer.status), holdsSecret: holdsSecret)
    }
}

extension RenderedAnswer {
    /// The answer to a call that has made something.
    static func created(_ body: some JSONWritable) -> RenderedAnswer {
        RenderedAnswer(status: 201, body: body.bytes())
    }

    /// The answer to a call that has changed something.
    static func ok(_ body: some JSONWritable) -> RenderedAnswer {
        RenderedAnswer(status: 200, body: body.bytes())
    }
}

extension Listing {
    /// `{"data": […], "next_cursor": …}`.
    func answer(cursor: (Cursor) -> String, _ object: (Item) -> some JSONWritable) -> AdminAnswer {
        .json(ListAnswer(items.map(object), nextCursor: next.map(cursor)))
    }
}

extension KeyAnswer {
    init(_ details: KeyDetails, now: Timestamp) {
        self.init(
            record: details.record, projectName: details.project.name,
            account: details.account.map { AccountReference($0) }, roleNames: details.roles.map(\.name),
            planName: details.plan?.name, now: now)
    }
}
