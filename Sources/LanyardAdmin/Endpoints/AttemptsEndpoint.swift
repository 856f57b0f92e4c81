import LanyardCore
import LanyardEngine
import LanyardManagement
import LanyardWire

extension Endpoint {
    static let attempts: [Endpoint] = [
        .get("/v1/attempts", .auditRead) { try $0.attempts() }
    ]
}

extension AdminCall {
    fileprivate func attempts() throws -> AdminAnswer {
        let query = try query("code", "limit")
        let codes = AttemptKind.codes
        let names = codes.map(\.text).joined(separator: ", ")
        let code = try query.value("code", "one of \(names)") { text in
            DenialCode(text: text).flatMap { codes.contains($0) ? $0 : nil }
        }
        let report = try management.refusedAttempts(limit: try query.limit(), code: code, as: caller)
        return .json(
            AttemptListAnswer(
                since: report.since, data: report.addresses.map(AttemptAnswer.init),
                withoutAddress: report.withoutAddress, displaced: report.displaced))
    }
}

extension AttemptAnswer {
    fileprivate init(_ attempts: AttemptingAddress) {
        self.init(
            address: attempts.text, codes: attempts.counts, firstSeen: attempts.firstSeen,
            lastSeen: attempts.lastSeen, keys: attempts.keys)
    }
}
