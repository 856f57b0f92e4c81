package import LanyardCore

/// One row of `GET /v1/usage`.
package struct UsageRowAnswer: JSONWritable, Hashable, Sendable {
    /// What rows are made for, and for which of it this one is; nil within stands for what belongs to none.
    package enum Group: Hashable, Sendable {
        case all
        case key(String?)
        case account(String?)
        case project(String?)
    }

    /// The begin of the interval.
    package var start: Timestamp
    package var group: Group
    /// How many decisions ended with each code.
    package var outcomes: [String: Int64]
    /// Of granted calls.
    package var tokens: Int64
    /// Of granted calls.
    package var nanoUSD: Int64

    package init(start: Timestamp, group: Group, outcomes: [String: Int64], tokens: Int64, nanoUSD: Int64) {
        self.start = start
        self.group = group
        self.outcomes = outcomes
        self.tokens = tokens
        self.nanoUSD = nanoUSD
    }

    package var granted: Int64 { outcomes[JSONWriter.grantCode] ?? 0 }
    package var denied: Int64 { outcomes.values.reduce(0, +) - granted }

    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("start", start)
            switch group {
            case .all: break
            case .key(let id): writer.member("key_id", id)
            case .account(let id): writer.member("account_id", id)
            case .project(let id): writer.member("project_id", id)
            }
            writer.object("outcomes") { writer in
                for (code, count) in sortedOutcomes { writer.member(code, count) }
            }
            writer.member("granted", granted)
            writer.member("denied", denied)
            writer.member("tokens", tokens)
            writer.member("usd", MoneyText.text(nanoDollars: nanoUSD))
        }
    }

    /// By code, so that the same usage is always written the same.
    private var sortedOutcomes: [(String, Int64)] { outcomes.sorted { $0.key < $1.key } }
}

extension UsageRowAnswer {
    /// The first line of the CSV form, for rows of this one's group.
    package var csvHeader: String {
        let columns = ["start", groupColumn?.name, "granted", "denied", "tokens", "usd", "outcomes"]
        return columns.compactMap(\.self).joined(separator: ",")
    }

    /// The row in the CSV form. No field holds a comma, a quote or a line break, so none is quoted.
    package var csvLine: String {
        let outcomes = sortedOutcomes.map { "\($0.0)=\($0.1)" }.joined(separator: " ")
        let columns = [
            start.rfc3339, groupColumn?.id, "\(granted)", "\(denied)", "\(tokens)",
            MoneyText.text(nanoDollars: nanoUSD), outcomes,
        ]
        return columns.compactMap(\.self).joined(separator: ",")
    }

    private var groupColumn: (name: String, id: String)? {
        switch group {
        case .all: nil
        case .key(let id): ("key_id", id ?? "")
        case .account(let id): ("account_id", id ?? "")
        case .project(let id): ("project_id", id ?? "")
        }
    }
}
