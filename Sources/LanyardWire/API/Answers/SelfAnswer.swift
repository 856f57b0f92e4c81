package import LanyardCore

/// The answer to `GET /v1/self`.
package struct SelfAnswer: JSONWritable {
    package var key: OwnKeyAnswer
    package var limits: [LimitStatus]

    package init(key: OwnKeyAnswer, limits: [LimitStatus]) {
        self.key = key
        self.limits = limits
    }

    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("key", key)
            writer.member("limits", limits)
            writer.noQuotas()
        }
    }
}
