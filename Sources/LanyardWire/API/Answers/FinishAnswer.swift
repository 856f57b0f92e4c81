/// The answer to `POST /v1/finish`.
package struct FinishAnswer: JSONWritable, Sendable {
    package init() {}

    package func write(to writer: inout JSONWriter) {
        writer.object { $0.member("finished", true) }
    }
}
