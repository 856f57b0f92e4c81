import LanyardCore
import LanyardStorage
import LanyardWire
import Testing

@testable import LanyardDataPlane
@testable import LanyardManagement

@Suite("What a key is told about itself")
struct OwnKeyAnswerTests {
    @Test("its status is that of the moment of the answer, not of the last change")
    func status() throws {
        func moment(_ seconds: Int64) -> Timestamp { Timestamp(milliseconds: 1_800_000_000_000 + seconds * 1_000) }
        var record = KeyRecord(
            id: KeyID.make(atMilliseconds: 1), name: "a key", project: ProjectRecord.defaultID, environment: .live,
            hint: "abcd", createdAt: moment(0))
        record.notBefore = moment(60)
        record.expiresAt = moment(120)
        let project = ProjectRecord(
            id: ProjectRecord.defaultID, name: "default", prefix: .lyd, environments: [.live], createdAt: moment(0))
        let details = KeyDetails(
            record: record, project: project, account: nil, plan: nil, roles: [], status: .notYetValid)
        for (second, status) in [(59, "not_yet_valid"), (60, "active"), (120, "expired")] {
            let answer = ObjectAnswer(.key, OwnKeyAnswer(details, now: moment(Int64(second))))
            let key = try JSONParser.parse(answer.bytes()).object?["key"]?.object
            #expect(key?["status"]?.string == status)
        }
    }
}
