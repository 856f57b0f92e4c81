package import LanyardCore

/// The answer to `GET /v1/self`.
package struct SelfAnswer: JSONWritable {
    package var key: OwnKeyAnswer
    package var limits: [LimitStatus]
    package var quotas: [QuotaStatus]

    package init(key: OwnKeyAnswer, limits: [LimitStatus], quotas: [QuotaStatus]) {
        self.key = key
        self.limits = limits
        self.quotas = quotas
    }

    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("key", key)
            writer.member("limits", limits)
            writer.member("quotas", quotas)
        }
    }
}
