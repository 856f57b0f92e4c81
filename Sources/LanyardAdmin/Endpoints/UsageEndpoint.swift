import HTTPTypes
import Hummingbird
import LanyardCore
import LanyardEngine
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

extension AdminCall {
    fileprivate func usage() async throws -> AdminAnswer {
        let query = try query(
            "key", "account", "project", "from", "to", "interval", "group_by", "format", "cursor", "limit")
        var question = UsageRequest()
        question.key = try query.value("key", "the id of a key") { KeyID($0) }
        question.account = try query.account()
        question.project = try query.project()
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

    /// Everything, piece by piece. The first is read before the answer begins, so that a refusal still is one.
    private func csv(_ request: UsageRequest) async throws -> AdminAnswer {
        // The end is fixed, or a slow reader would be given rows of later minutes too.
        var question = management.fixed(request)
        question.after = nil
        question.limit = ListingBounds.limit.upperBound
        let start = question
        let first = try await management.usage(start, as: caller)
        let body = ResponseBody { writer in
            var page = first
            var text = UsageRowAnswer(.none, start.group).csvHeader + "\n"
            while true {
                for sum in page.items { text += UsageRowAnswer(sum, start.group).csvLine + "\n" }
                try await writer.write(ByteBuffer(string: text))
                text = ""
                guard let next = page.next else { break }
                var following = start
                following.after = next
                page = try await management.usage(following, as: caller)
            }
            try await writer.finish(nil)
        }
        return AdminAnswer(status: .ok, mediaType: AdminAnswer.MediaType.csv, body: body)
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
