import LanyardCore
import LanyardEngine
import LanyardManagement
import LanyardSQLite
import LanyardStorage
import LanyardTelemetry
import Logging
import TestSupport
import Testing

@testable import LanyardServer

@Suite("Alerts of quotas")
struct QuotaAlertTests {
    @Test("an alert is told once: in the audit log, as a warning, and in a metric")
    func told() async throws {
        let engine = try await KeyEngine(.inMemory)
        let id = try await engine.create(
            name: "cron", quotas: [QuotaDefinition(name: "spend", unit: .usd, amount: 2_000_000_000, period: .day)]
        ).key.id
        let identity = QuotaIdentity(subject: Subject(id), unit: .usd, period: .day, source: .key)
        let (node, now) = (engine.nodeID, engine.now.wall)
        _ = try await engine.store.ledger { ledger in
            try ledger.run(
                LedgerBatch(
                    node: node, localTime: now,
                    adjustments: [
                        LedgerBatch.Adjustment(
                            id: .make(atMilliseconds: 1), quota: identity, period: nil,
                            terms: QuotaTerms(amount: 2_000_000_000, epoch: 1, alertAt: [80]), units: 1_700_000_000)
                    ]))
        }
        let log = CapturedLog()
        let registry = PrometheusRegistry()
        let alerts = QuotaAlerts(
            management: Management(engine: engine), metrics: registry, logger: log.logger("lanyard.quotas"))
        await alerts.tell()
        await alerts.tell()
        let text = String(decoding: registry.exposition(), as: UTF8.self)
        #expect(text.contains(#"lanyard_quota_alerts_total{percent="80"} 1"#))
        let lines = log.lines.filter { $0.contains("a quota has come to 80 %") }
        #expect(lines.count == 1)
        #expect(lines.first?.contains("1.70") == true && lines.first?.contains(id.description) == true)
        let entries = try await engine.store.read { store in
            try store.auditEntries(AuditFilter(), before: nil, limit: 10).map(\.event.action)
        }
        #expect(entries.filter { $0 == "quota.alert" }.count == 1)
        try await engine.shutDown()
    }
}
