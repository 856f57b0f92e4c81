import HTTPTypes
import Hummingbird
import LanyardCore
import LanyardEngine
import LanyardHTTP
import LanyardManagement
import LanyardStorage
import LanyardWire
import NIOCore

extension Endpoint {
    static let usage: [Endpoint] = [
        .get("/v1/usage", .usageRead) { try await $0.usage() }
    ]
}

private enum UsageFormat: String, CaseIterable {
    case json
    case csv
}

/// What rows may be made for, as requests say it.
private enum UsageGroupBy: String, CaseIterable {
    case key
    case account
    case project

    var group: UsageQuery.Group {
        switch self {
        case .key: .key
        case .account: .account
        case .project: .project
        }
    }
}

/// What is counted beside the usual, as requests say it.
private enum UsageInclude: String, CaseIterable {
    case lanyard
}

extension AdminCall {
    fileprivate func usage() async throws -> AdminAnswer {
        let query = try query(
            "key", "account", "project", "include", "from", "to", "interval", "group_by", "format", "cursor", "limit")
        var question = UsageRequest()
        question.key = try query.value("key", "the id of a key") { KeyID($0) }
        question.account = try query.account()
        question.project = try query.project()
        question.includesLanyard = try query.choice("include", of: UsageInclude.self) == .lanyard
        question.from = try query.timestamp("from")
        question.to = try query.timestamp("to")
        question.interval = try query.choice("interval", of: UsageQuery.Interval.self) ?? .hour
        question.group = try query.choice("group_by", of: UsageGroupBy.self)?.group ?? .none
        question.after = try query.value("cursor", "the next_cursor of an earlier answer") {
            UsagePosition(cursor: $0, of: question.group)
        }
        question.limit = try query.limit()
        let asksForCSV = request.headers[.accept]?.lowercased().hasPrefix("text/csv") == true
        switch try query.choice("format", of: UsageFormat.self) ?? (asksForCSV ? .csv : .json) {
        case .csv: return try await csv(question)
        case .json:
            let group = question.group
            return try await management.usage(question, as: caller)
                .answer(cursor: { $0.cursor }, { UsageRowAnswer($0, group) })
        }
    }

    /// As many rows as one answer may hold, and a link to those behind them. They are read before the answer begins: only
    /// then is it known whether there are more, and a refusal or a failure is never half a table.
    private func csv(_ request: UsageRequest) async throws -> AdminAnswer {
        // The end is fixed, or the next page would hold rows of later minutes too.
        var question = management.fixed(request)
        let most = services.configuration.maximumCSVRows
        var text = UsageRowAnswer(.none, question.group).csvHeader + "\n"
        var rows = 0
        repeat {
            question.limit = min(ListingBounds.limit.upperBound, most - rows)
            let page = try await management.usage(question, as: caller)
            for sum in page.items { text += UsageRowAnswer(sum, question.group).csvLine + "\n" }
            rows += page.items.count
            question.after = page.next
        } while question.after != nil && rows < most
        var answer = AdminAnswer(
            status: .ok, mediaType: AdminAnswer.MediaType.csv, body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
        if question.after != nil { answer.fields[.link] = link(toRowsAfter: question) }
        return answer
    }

    /// RFC 8288. Names its form and both ends, whatever the request has left to the server.
    private func link(toRowsAfter request: UsageRequest) -> String {
        let query = QueryParameters.query(
            self.request.uri.query ?? "",
            with: [
                ("format", UsageFormat.csv.rawValue), ("from", request.from?.rfc3339), ("to", request.to?.rfc3339),
                ("cursor", request.after?.cursor),
            ])
        return "<\(self.request.uri.path)?\(query)>; rel=\"next\""
    }
}

extension UsageSum {
    fileprivate static let none = UsageSum(
        position: UsagePosition(minute: 0, group: ""), outcomes: [:], tokens: 0, nanoUSD: 0)
}

extension UsagePosition {
    /// `minute.group`, as a reader hands it back.
    fileprivate var cursor: String { "\(minute).\(group)" }

    /// `nil` where the text is none, or belongs to an answer of another grouping.
    fileprivate init?(cursor: String, of group: UsageQuery.Group) {
        let parts = cursor.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let minute = Int32(parts[0]), minute.description == parts[0] else { return nil }
        let id = String(parts[1])
        let isOfGroup =
            switch group {
            case .none: id.isEmpty
            case .key: id.isEmpty || KeyID(id) != nil
            case .account: id.isEmpty || AccountID(id) != nil
            case .project: id.isEmpty || ProjectID(id) != nil
            }
        guard isOfGroup else { return nil }
        self.init(minute: minute, group: String(parts[1]))
    }
}

extension UsageRowAnswer {
    fileprivate init(_ sum: UsageSum, _ group: UsageQuery.Group) {
        let id = sum.position.group.isEmpty ? nil : sum.position.group
        let owner: Group =
            switch group {
            case .none: .all
            case .key: .key(id)
            case .account: .account(id)
            case .project: .project(id)
            }
        self.init(
            start: Timestamp(milliseconds: Int64(sum.position.minute) * 60_000), group: owner, outcomes: sum.outcomes,
            tokens: sum.tokens, nanoUSD: sum.nanoUSD)
    }
}
