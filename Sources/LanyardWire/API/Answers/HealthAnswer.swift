/// The answer to `/healthz` and `/readyz` where all is well.
package enum HealthAnswer: String, JSONWritable, Sendable {
    case ok
    case ready

    package func write(to writer: inout JSONWriter) {
        writer.object { $0.member("status", rawValue) }
    }
}
